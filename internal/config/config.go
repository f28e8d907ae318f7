// Package config reads the settings from the environment: names, defaults, ranges and meanings stand in the tags of
// Config's fields, from which docs/config.md and the output of check-config are made too.
//
// The tags: env is the setting's name, envDefault its default, unset says what no value means where there is no
// default, doc is its meaning, min and max (whole numbers and durations), oneof and schemes are what it may hold, form is
// what stands behind a scheme, and secret marks what is never shown.
package config

import (
	"net"
	"strconv"
	"time"
)

//go:generate go run ./gendocs ../../docs/config.md

// Config holds every setting, by subject. One that Load returned without an error is valid as a whole; printing or
// logging it shows no secret. It is a value that nobody changes, so it may be shared.
type Config struct {
	Server   Server   `title:"Server"`
	Apps     Apps     `title:"Apps"`
	Database Database `title:"Database"`
	Sessions Sessions `title:"Accounts and sessions"`
	Limits   Limits   `title:"Limits"`
	Cache    Cache    `title:"Cache"`
	Queue    Queue    `title:"Queue"`
	Search   Search   `title:"Search"`
	Log      Log      `title:"Log"`
	Metrics  Metrics  `title:"Metrics"`
	Traces   Traces   `title:"Traces"`
}

// Server is where and how the process serves HTTP.
type Server struct {
	Host           Host          `env:"HOST" envDefault:"0.0.0.0" doc:"Address or host name to listen on."`
	Port           int           `env:"PORT" envDefault:"8080" min:"0" max:"65535" doc:"Port to listen on; 0 takes any free one."`
	Workers        int           `env:"WORKERS_NUM" unset:"not set" min:"1" max:"1000000" doc:"Accepted and without effect: one process uses all processors."`
	ShutdownDelay  time.Duration `env:"SHUTDOWN_DELAY" envDefault:"0s" min:"0s" max:"5m" doc:"How long to go on answering, with Connection: close, after a request to stop, so that a proxy can turn away first."`
	TrustedProxies Proxies       `env:"TRUSTED_PROXIES" envDefault:"127.0.0.0/8,::1/128" doc:"Comma-separated addresses and networks whose X-Forwarded-For is believed; the word none for nobody."`
	Connections    int           `env:"CONNECTIONS_MAX" unset:"what the limit of open files leaves, 10000 at most" min:"8" max:"1000000" doc:"Most connections of clients at once. Beyond it the longest idle ones are closed for new ones. More than the limit of open files leaves beside database, cache and queue has no effect."`
	CORSOrigins    Origins       `env:"CORS_ORIGINS" unset:"none" doc:"Comma-separated origins, scheme://host[:port], whose pages may call the API from a browser. There is no wildcard."`
}

// Apps says which apps are on.
type Apps struct {
	Names           Names  `env:"APPS" unset:"all" doc:"Comma-separated names of the apps that are on. Without auth it needs AUTH_DISABLED."`
	AuthDisabled    Switch `env:"AUTH_DISABLED" envDefault:"off" doc:"Switch: the app auth is off, and every caller is the account anonymous."`
	NginxThrottling Switch `env:"NGINX_THROTTLING" envDefault:"off" doc:"Switch: the app throttling is off, because nginx does its work."`
}

// Database is the choice between the embedded database and PostgreSQL, which is used where Hosts has an element.
type Database struct {
	DataDir  string    `env:"DATA_DIR" envDefault:"./data" doc:"Directory of the embedded database."`
	Hosts    HostPorts `env:"POSTGRES_HOSTS" unset:"not set: the embedded database" doc:"Comma-separated PostgreSQL servers, host[:port] (IPv6 in brackets) or the absolute path of a socket's directory; all are used, the writable one is chosen. Needs POSTGRES_USER and POSTGRES_DB."`
	User     string    `env:"POSTGRES_USER" unset:"not set" doc:"User name at PostgreSQL."`
	Password Secret    `env:"POSTGRES_PWD" secret:"true" unset:"not set" doc:"Password at PostgreSQL."`
	Name     string    `env:"POSTGRES_DB" unset:"not set" doc:"Name of the database at PostgreSQL."`
	SSLMode  string    `env:"POSTGRES_SSLMODE" envDefault:"prefer" oneof:"disable,allow,prefer,require,verify-ca,verify-full" doc:"TLS to PostgreSQL, as libpq's sslmode."`
	RootCert string    `env:"POSTGRES_SSLROOTCERT" unset:"those of the system" doc:"File of certificates, in PEM, that PostgreSQL is verified by, with POSTGRES_SSLMODE verify-ca or verify-full."`
	Cert     string    `env:"POSTGRES_SSLCERT" unset:"none" doc:"File of the certificate, in PEM, to show to PostgreSQL. Needs POSTGRES_SSLKEY."`
	Key      string    `env:"POSTGRES_SSLKEY" unset:"none" doc:"File of its key, in PEM."`
	PoolSize int       `env:"POOL_SIZE" envDefault:"10" min:"2" max:"1000" doc:"Most connections to the database."`
	Echo     Switch    `env:"ECHO_DB" envDefault:"off" doc:"Switch: log SQL."`
}

// Sessions is how a request carries its session, and how long a session lasts.
type Sessions struct {
	Header       HeaderName    `env:"AUTH_HEADER" envDefault:"Authorization" doc:"Name of the request header that carries the session; none that HTTP or the server uses otherwise."`
	Scheme       Token         `env:"AUTH_TOKEN_TYPE" envDefault:"session_id" doc:"Word before the session in that header."`
	Lifetime     time.Duration `env:"AUTH_TOKEN_LIFETIME" envDefault:"1h" min:"1s" max:"87600h" doc:"How long a session lasts from its log-in, ten years at most."`
	HideAccounts Switch        `env:"AUTH_HIDE_ACCOUNTS" envDefault:"off" doc:"Switch: a log-in under an unknown name is answered with bad-password, so that names can't be tried out."`
}

// Limits is how much a caller may ask for.
type Limits struct {
	RequestsPerSecond int `env:"THROTTLING_RPS" envDefault:"100" min:"1" max:"1000000" doc:"Requests a second per user, or per address where there is no session."`
	LoginsPerMinute   int `env:"THROTTLING_AUTH_RPM" envDefault:"30" min:"1" max:"1000000" doc:"Failed log-ins, and registrations, a minute per address (IPv6: per /64, twice as many per /56, four times as many per /48); so many may come at once. An account takes ten times as many, and as many again from each address from which it was logged in to in the last 30 days."`
	SearchesPerMinute int `env:"THROTTLING_SEARCH_RPM" envDefault:"120" min:"1" max:"1000000" doc:"Searches a minute per user, or per address where there is no session; so many may come at once. It holds whether the app throttling is on or not."`
	MessageMaxBytes   int `env:"MESSAGE_MAX_BYTES" envDefault:"65536" min:"1" max:"262144" doc:"Longest message text, in bytes."`
}

// The values of CACHE_TYPE.
const (
	CacheMemory = "memory"
	CacheRedis  = "redis"
)

// Cache is the choice between the cache in the process and Redis.
type Cache struct {
	Type     string   `env:"CACHE_TYPE" envDefault:"memory" oneof:"memory,redis" doc:"The process's own memory, or Redis, which needs REDIS_URL."`
	URL      RedisURL `env:"REDIS_URL" secret:"true" schemes:"redis,rediss,redis+sentinel,rediss+sentinel" form:"[user:password@]host[:port][/number of a database]" unset:"not set" doc:"Where Redis is, redis://[user:password@]host[:port][/number of a database]; rediss:// for TLS. Behind Sentinels it is redis+sentinel://[user:password@]host[:port][,host[:port]…]/name of the master[/number of a database], with user and password of the master. A password in it is percent-encoded."`
	MaxBytes int64    `env:"CACHE_MAX_BYTES" envDefault:"67108864" min:"1048576" max:"68719476736" doc:"Memory of this process for cached pages and sessions, in bytes."`
	Password Secret   `env:"REDIS_PWD" secret:"true" unset:"not set" doc:"Password at Redis, where REDIS_URL has none."`

	SentinelPassword Secret `env:"REDIS_SENTINEL_PWD" secret:"true" unset:"not set" doc:"Password at the Sentinels, where they have one."`
	RootCert         string `env:"REDIS_SSLROOTCERT" unset:"those of the system" doc:"File of certificates, in PEM, that Redis and its Sentinels are verified by, with rediss://."`
	Prefix           Prefix `env:"REDIS_PREFIX" unset:"none" doc:"What all keys and channels begin with, so that several services can share a Redis: letters, digits and the characters : . _ - alone, 100 at most."`
}

// Queue is the choice between the embedded queue and RabbitMQ, which is used where URL or Host is set.
type Queue struct {
	URL       BrokerURL `env:"RMQ_URL" secret:"true" schemes:"amqp,amqps" form:"[user:password@]host[:port][/vhost][?parameters]" unset:"not set: RMQ_HOST, else the embedded queue" doc:"Where RabbitMQ is; amqps:// for TLS. A password in it is percent-encoded. Parameters are heartbeat (in seconds), channel_max and auth_mechanism (plain, amqplain or external), and with amqps:// cacertfile, certfile, keyfile and server_name_indication. Not together with RMQ_HOST."`
	Host      Host      `env:"RMQ_HOST" unset:"not set" doc:"RabbitMQ's host, in place of RMQ_URL."`
	Port      int       `env:"RMQ_PORT" envDefault:"5672" min:"1" max:"65535" doc:"Port at RMQ_HOST."`
	User      string    `env:"RMQ_USER" unset:"not set" doc:"User name at RMQ_HOST."`
	Password  Secret    `env:"RMQ_PASSWORD" secret:"true" unset:"not set" doc:"Password at RMQ_HOST."`
	Prefix    Prefix    `env:"RMQ_PREFIX" unset:"none" doc:"What the names of exchanges and queues, and the routing key, begin with, so that several services can share a virtual host: letters, digits and the characters : . _ - alone, 100 at most. Without one, two services in one virtual host take each other's searches."`
	Consumers int       `env:"CONSUMER_POOL_SIZE" envDefault:"4" min:"1" max:"1000" doc:"Searches that a consumer works on at once."`
}

// Search is what a search keeps, and where its consumer answers.
type Search struct {
	ResultTTL    time.Duration `env:"SEARCH_RESULT_TTL" envDefault:"1h" min:"1m" max:"24h" doc:"How long a search and its results are kept after its end."`
	MaxResults   int           `env:"SEARCH_MAX_RESULTS" envDefault:"1000" min:"1" max:"10000" doc:"Most results of a search; they are the newest ones."`
	ConsumerPort int           `env:"CONSUMER_PORT" envDefault:"8081" min:"0" max:"65535" doc:"Port at HOST on which the command consumer answers /ping and /ping_db; 0 takes any free one."`
}

// Log is what is logged, and how.
type Log struct {
	Level  LogLevel `env:"LOG_LEVEL" envDefault:"info" oneof:"debug,info,warn,error" doc:"Least level that is logged."`
	Format string   `env:"LOG_FORMAT" unset:"text on a terminal, else json" oneof:"text,json" doc:"Form of a log line."`
	Debug  Switch   `env:"DEBUG" envDefault:"off" doc:"Switch: log from the level debug on, whatever LOG_LEVEL says, and serve profiles below /debug/pprof/ at METRICS_ADDR."`
}

// Metrics is where Prometheus gets its metrics.
type Metrics struct {
	Address         Listen `env:"METRICS_ADDR" unset:"127.0.0.1:9090; where that is taken, none" doc:"Address, host:port, on which /metrics is served to Prometheus, and with DEBUG /debug/pprof/. Nobody has to log in there: keep it from the public. One that is given and can't be had stops the start."`
	ConsumerAddress Listen `env:"CONSUMER_METRICS_ADDR" unset:"127.0.0.1:9091; where that is taken, none" doc:"The same, of the command consumer."`
}

// Address is the listener's address, for net.Listen.
func (s Server) Address() string {
	return net.JoinHostPort(string(s.Host), strconv.Itoa(s.Port))
}

// ConsumerAddress is that of the command consumer.
func (c Config) ConsumerAddress() string {
	return net.JoinHostPort(string(c.Server.Host), strconv.Itoa(c.Search.ConsumerPort))
}

// BodyMaxBytes is the longest request body that is read, in bytes: 1 MiB, or more where the longest message needs it.
// JSON may spell each byte of a text as \u00XX, six bytes; the 4096 are room for the other fields.
func (c Config) BodyMaxBytes() int64 {
	return max(1<<20, 6*int64(c.Limits.MessageMaxBytes)+4096)
}
