{{/* Entries of volumes, for {{ include "postern.volumes" .Subcharts.postern | nindent 8 }}. */}}
{{- define "postern.volumes" -}}
- name: postern-config
  configMap: { name: {{ include "postern.configMapName" . | quote }} }
# Locks every pod, within about a minute, while it is there and has a key "locked".
- name: postern-lock
  configMap: { name: {{ .Values.lockConfigMap | quote }}, optional: true }
# The operator's socket is in a folder that Postern makes here. No other container mounts it: the application is no operator.
- name: postern-run
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
{{- if .Values.assumeRole.roleArn }}
- name: postern-aws-token
  projected:
    sources:
      - serviceAccountToken:
          path: token
          audience: {{ .Values.assumeRole.audience | quote }}
          expirationSeconds: {{ int64 .Values.assumeRole.expirationSeconds }}
{{- end }}
{{- with .Values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
