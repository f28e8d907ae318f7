package config

// Traces has the settings of OpenTelemetry traces. Its libraries read them from the process's environment, and silently
// ignore invalid values; so they are validated here.
type Traces struct {
	Endpoint                CollectorURL `env:"OTEL_EXPORTER_OTLP_ENDPOINT" secret:"true" schemes:"http,https" form:"host[:port][/path]" unset:"not set: no traces" doc:"Where OpenTelemetry traces are sent to, by OTLP over HTTP, to /v1/traces below it. Without it the other OTEL_* settings have no effect."`
	TracesEndpoint          CollectorURL `env:"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" secret:"true" schemes:"http,https" form:"host[:port][/path]" unset:"/v1/traces below OTEL_EXPORTER_OTLP_ENDPOINT" doc:"The whole URL that traces are sent to, in place of OTEL_EXPORTER_OTLP_ENDPOINT with /v1/traces."`
	Headers                 Headers      `env:"OTEL_EXPORTER_OTLP_HEADERS" secret:"true" unset:"none" doc:"Headers to send with traces, name=value separated by commas, with special characters of values percent-encoded."`
	TracesHeaders           Headers      `env:"OTEL_EXPORTER_OTLP_TRACES_HEADERS" secret:"true" unset:"OTEL_EXPORTER_OTLP_HEADERS" doc:"The same, in place of those."`
	Protocol                string       `env:"OTEL_EXPORTER_OTLP_PROTOCOL" envDefault:"http/protobuf" oneof:"http/protobuf,http/json" doc:"How traces are encoded."`
	TracesProtocol          string       `env:"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL" unset:"OTEL_EXPORTER_OTLP_PROTOCOL" oneof:"http/protobuf,http/json" doc:"The same, in place of that."`
	Compression             string       `env:"OTEL_EXPORTER_OTLP_COMPRESSION" envDefault:"none" oneof:"none,gzip" doc:"How traces are compressed."`
	TracesCompression       string       `env:"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION" unset:"OTEL_EXPORTER_OTLP_COMPRESSION" oneof:"none,gzip" doc:"The same, in place of that."`
	Timeout                 int          `env:"OTEL_EXPORTER_OTLP_TIMEOUT" envDefault:"10000" min:"0" max:"3600000" doc:"How long one attempt to send may take, in milliseconds; 0 means no limit."`
	TracesTimeout           int          `env:"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT" unset:"OTEL_EXPORTER_OTLP_TIMEOUT" min:"0" max:"3600000" doc:"The same, in place of that."`
	Certificate             string       `env:"OTEL_EXPORTER_OTLP_CERTIFICATE" unset:"those of the system" doc:"File of CA certificates, in PEM, to verify the certificate of an https:// collector with."`
	TracesCertificate       string       `env:"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE" unset:"OTEL_EXPORTER_OTLP_CERTIFICATE" doc:"The same, in place of that."`
	ClientCertificate       string       `env:"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE" unset:"none" doc:"File of the client certificate, in PEM, for an https:// collector. Needs OTEL_EXPORTER_OTLP_CLIENT_KEY."`
	ClientKey               string       `env:"OTEL_EXPORTER_OTLP_CLIENT_KEY" unset:"none" doc:"File of its key, in PEM."`
	TracesClientCertificate string       `env:"OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE" unset:"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE" doc:"The same, in place of that. Needs OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY."`
	TracesClientKey         string       `env:"OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY" unset:"OTEL_EXPORTER_OTLP_CLIENT_KEY" doc:"File of its key, in PEM."`
	Insecure                string       `env:"OTEL_EXPORTER_OTLP_INSECURE" unset:"as the scheme of the endpoint says" oneof:"true,false" doc:"Whether traces are sent without TLS. It must not contradict the endpoint's scheme."`
	TracesInsecure          string       `env:"OTEL_EXPORTER_OTLP_TRACES_INSECURE" unset:"OTEL_EXPORTER_OTLP_INSECURE" oneof:"true,false" doc:"The same, in place of that."`
	ServiceName             string       `env:"OTEL_SERVICE_NAME" unset:"messenger-api, or messenger-api-consumer" doc:"Name of the process in traces."`
	Attributes              Attributes   `env:"OTEL_RESOURCE_ATTRIBUTES" unset:"none" doc:"Further attributes of the process in traces, name=value separated by commas, with special characters of values percent-encoded."`
	Sampler                 string       `env:"OTEL_TRACES_SAMPLER" envDefault:"parentbased_always_on" oneof:"always_on,always_off,traceidratio,parentbased_always_on,parentbased_always_off,parentbased_traceidratio" doc:"Which requests are traced."`
	SamplerArgument         Ratio        `env:"OTEL_TRACES_SAMPLER_ARG" envDefault:"1" doc:"Ratio of requests that are traced, from 0 to 1, with a sampler traceidratio or parentbased_traceidratio."`
	ScheduleDelay           int          `env:"OTEL_BSP_SCHEDULE_DELAY" envDefault:"5000" min:"1" max:"3600000" doc:"Longest delay before spans are sent, in milliseconds."`
	ExportTimeout           int          `env:"OTEL_BSP_EXPORT_TIMEOUT" envDefault:"30000" min:"0" max:"3600000" doc:"How long sending a batch of spans may take with all attempts, in milliseconds; 0 means no limit."`
	MaxQueueSize            int          `env:"OTEL_BSP_MAX_QUEUE_SIZE" envDefault:"2048" min:"1" max:"1000000" doc:"Largest number of spans that wait to be sent; more are dropped."`
	MaxExportBatchSize      int          `env:"OTEL_BSP_MAX_EXPORT_BATCH_SIZE" envDefault:"512" min:"1" max:"1000000" doc:"Largest number of spans that are sent together."`
}
