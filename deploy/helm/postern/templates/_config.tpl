{{/* The ConfigMap that Postern's container mounts. */}}
{{- define "postern.configMapName" -}}
{{- .Values.existingConfigMap | default (printf "%s-postern" .Release.Name | trunc 63 | trimSuffix "-") -}}
{{- end -}}

{{/* What postern.yaml holds. What the pod relies on is looked at here, so that no rollout has to fail by it. */}}
{{- define "postern.config" -}}
{{- $text := required "postern: set postern.config to the text of postern.yaml, or postern.existingConfigMap to where it is" .Values.config -}}
{{- $read := fromYaml $text -}}
{{- if ne (dig "probes" "address" "" $read) "0.0.0.0:4481" -}}
{{- fail "postern: postern.config needs the line   probes: { address: 0.0.0.0:4481 }   since the kubelet asks from outside the pod" -}}
{{- end -}}
{{- trimSuffix "\n" $text -}}
{{- end -}}

{{/* For an annotation of the pod, where a change of the configuration should be a rollout: Postern follows it without. */}}
{{- define "postern.checksum" -}}
{{- .Values.existingConfigMap | default (include "postern.config" .) | sha256sum -}}
{{- end -}}
