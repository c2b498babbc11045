{{/* An entry of initContainers, for {{ include "postern.sidecar" .Subcharts.postern | nindent 8 }}: the first one. */}}
{{- define "postern.sidecar" -}}
- name: postern
  image: {{ include "postern.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  # This makes it a sidecar: it starts before the application and stays beside it.
  restartPolicy: Always
  args: [serve]
  {{- with include "postern.env" . }}
  env:
    {{- . | nindent 4 }}
  {{- end }}
  ports:
    - { name: probes, containerPort: 4481 }
  # The application starts once this has passed. One that is locked has started: what does not pass is started anew again and
  # again, which would undo a lock by command each time.
  startupProbe:
    httpGet: { path: "/readyz?locked=ok", port: probes }
    periodSeconds: 1
    failureThreshold: 30
  # While it is locked the pod gets no requests, and is let be.
  readinessProbe:
    httpGet: { path: /readyz, port: probes }
    periodSeconds: 5
  livenessProbe:
    httpGet: { path: /livez, port: probes }
    periodSeconds: 10
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
  securityContext:
    runAsNonRoot: true
    {{- with .Values.runAsUser }}
    runAsUser: {{ int64 . }}
    runAsGroup: {{ int64 . }}
    {{- end }}
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities: { drop: [ALL] }
    seccompProfile: { type: RuntimeDefault }
  volumeMounts:
    # The folder, not the file by subPath: only so does a changed ConfigMap arrive.
    - { name: postern-config, mountPath: /etc/postern, readOnly: true }
    - { name: postern-lock, mountPath: /etc/postern-lock, readOnly: true }
    - { name: postern-run, mountPath: /run/postern }
    {{- if .Values.assumeRole.roleArn }}
    - { name: postern-aws-token, mountPath: /var/run/secrets/postern, readOnly: true }
    {{- end }}
    {{- with .Values.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "postern.image" -}}
{{- $repository := required "postern: set postern.image.repository to where your registry has the image" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "postern.env" -}}
{{- if .Values.assumeRole.roleArn -}}
- name: AWS_REGION
  value: {{ required "postern: set postern.assumeRole.region beside roleArn" .Values.assumeRole.region | quote }}
- name: AWS_ROLE_ARN
  value: {{ .Values.assumeRole.roleArn | quote }}
- name: AWS_WEB_IDENTITY_TOKEN_FILE
  value: /var/run/secrets/postern/token
- name: AWS_EC2_METADATA_DISABLED
  value: "true"
{{ end -}}
{{- with .Values.env -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}
