{{- define "nodegauge.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "nodegauge.fullname" -}}
{{- $name := include "nodegauge.name" . }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "nodegauge.selectorLabels" -}}
app.kubernetes.io/name: {{ include "nodegauge.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- /* Labels of an object: call with (list $ EXTRA...), where earlier ones win and the selector's cannot be changed. */}}
{{- define "nodegauge.labels" -}}
{{- $ := first . }}
{{- $labels := include "nodegauge.selectorLabels" $ | fromYaml }}
{{- $_ := set $labels "app.kubernetes.io/component" "metrics" }}
{{- $_ := set $labels "app.kubernetes.io/version" ($.Chart.AppVersion | toString) }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" $.Release.Service }}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_") }}
{{- range append (rest .) $.Values.commonLabels }}
{{- $labels = merge $labels (. | default dict) }}
{{- end }}
{{- toYaml $labels }}
{{- end }}

{{- define "nodegauge.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "nodegauge.fullname" .) "default") }}
{{- end }}

{{- define "nodegauge.image" -}}
{{- with .Values.image }}
{{- with ($.Values.global).imageRegistry | default .registry }}{{ . }}/{{ end }}{{ .repository }}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- /* The value of the job label, by compat mode and page. */}}
{{- define "nodegauge.jobs" -}}
native: {node: nodegauge, containers: nodegauge-containers}
kube-prometheus: {node: node-exporter, containers: kubelet}
{{- end }}

{{- /* Security contexts of pod and container, by privilegeMode. */}}
{{- define "nodegauge.privilege" -}}
nonroot-filecap: {uid: 65532, add: [DAC_READ_SEARCH]}
root: {uid: 0}
none: {uid: 65532}
{{- end }}
