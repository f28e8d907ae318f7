// Package config reads the settings from the environment and validates them. The tags of Config's fields have each
// setting's name, default, range and meaning; docs/config.md and the output of check-config are generated from them.
//
// The tags: env is the setting's name; envDefault its default; unset describes the default where there is no such
// value; doc is its meaning; min and max (of whole numbers and durations), oneof and schemes restrict its values; form
// is the part of a URL after the scheme; and secret marks settings that are only shown masked.
package config

import (
	"net"
	"strconv"
	"time"
)

//go:generate go run ./gendocs ../../docs/config.md

// Config holds every setting, by subject. One that Load returned without an error is valid as a whole. Printing or
// logging it shows no secret. It must not be modified, so it is safe for concurrent use.
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

// Server has the settings of the HTTP server.
type Server struct {
	Host           Host          `env:"HOST" envDefault:"0.0.0.0" doc:"Address or host name to listen on."`
	Port           int           `env:"PORT" envDefault:"8080" min:"0" max:"65535" doc:"Port to listen on; 0 takes any free one."`
	Workers        int           `env:"WORKERS_NUM" unset:"not set" min:"1" max:"1000000" doc:"Accepted and without effect: one process uses all processors."`
	ShutdownDelay  time.Duration `env:"SHUTDOWN_DELAY" envDefault:"0s" min:"0s" max:"5m" doc:"How long to go on serving, with Connection: close, after a signal to stop, so that a proxy can stop sending requests first."`
	TrustedProxies Proxies       `env:"TRUSTED_PROXIES" envDefault:"127.0.0.0/8,::1/128" doc:"Comma-separated addresses and networks of proxies whose X-Forwarded-For is trusted; the word none for no proxies."`
	Connections    int           `env:"CONNECTIONS_MAX" unset:"what the limit of open files allows, 10000 at most" min:"8" max:"1000000" doc:"Largest number of client connections at a time. Beyond it the longest idle ones are closed for new ones. One address that is no trusted proxy may have a quarter of them. It can't exceed what the limit of open files leaves after the connections to database, cache and queue."`
	CORSOrigins    Origins       `env:"CORS_ORIGINS" unset:"none" doc:"Comma-separated origins, scheme://host[:port], whose web pages may call the API. There is no wildcard."`
}

// Apps says which apps are on.
type Apps struct {
	Names           Names  `env:"APPS" unset:"all" doc:"Comma-separated names of the apps that are on. Without auth it needs AUTH_DISABLED."`
	AuthDisabled    Switch `env:"AUTH_DISABLED" envDefault:"off" doc:"Switch: the app auth is off, and every caller is the account anonymous."`
	NginxThrottling Switch `env:"NGINX_THROTTLING" envDefault:"off" doc:"Switch: the app throttling is off, because nginx limits requests instead."`
}

// Database is the choice between the embedded database and PostgreSQL, which is used where Hosts has an element.
type Database struct {
	DataDir  string    `env:"DATA_DIR" envDefault:"./data" doc:"Directory of the embedded database."`
	Hosts    HostPorts `env:"POSTGRES_HOSTS" unset:"not set: the embedded database" doc:"Comma-separated PostgreSQL servers, host[:port] (IPv6 in brackets) or the absolute path of a socket's directory. All are tried; the one that accepts writes is used. Needs POSTGRES_USER and POSTGRES_DB."`
	User     string    `env:"POSTGRES_USER" unset:"not set" doc:"User name at PostgreSQL."`
	Password Secret    `env:"POSTGRES_PWD" secret:"true" unset:"not set" doc:"Password at PostgreSQL."`
	Name     string    `env:"POSTGRES_DB" unset:"not set" doc:"Name of the database at PostgreSQL."`
	SSLMode  string    `env:"POSTGRES_SSLMODE" envDefault:"prefer" oneof:"disable,allow,prefer,require,verify-ca,verify-full" doc:"TLS to PostgreSQL, as libpq's sslmode."`
	RootCert string    `env:"POSTGRES_SSLROOTCERT" unset:"those of the system" doc:"File of CA certificates, in PEM, to verify PostgreSQL's certificate with, with POSTGRES_SSLMODE verify-ca or verify-full."`
	Cert     string    `env:"POSTGRES_SSLCERT" unset:"none" doc:"File of the client certificate for PostgreSQL, in PEM. Needs POSTGRES_SSLKEY."`
	Key      string    `env:"POSTGRES_SSLKEY" unset:"none" doc:"File of its key, in PEM."`
	PoolSize int       `env:"POOL_SIZE" envDefault:"10" min:"2" max:"1000" doc:"Largest number of connections to the database."`
	Echo     Switch    `env:"ECHO_DB" envDefault:"off" doc:"Switch: log SQL."`
}

// Sessions has the settings of sessions and of the header that carries them.
type Sessions struct {
	Header       HeaderName    `env:"AUTH_HEADER" envDefault:"Authorization" doc:"Name of the request header that carries the session. It must have no other use in HTTP or in this server."`
	Scheme       Token         `env:"AUTH_TOKEN_TYPE" envDefault:"session_id" doc:"Word before the session in that header."`
	Lifetime     time.Duration `env:"AUTH_TOKEN_LIFETIME" envDefault:"1h" min:"1s" max:"87600h" doc:"How long a session lasts after its log-in, ten years at most."`
	HideAccounts Switch        `env:"AUTH_HIDE_ACCOUNTS" envDefault:"off" doc:"Switch: a log-in under an unknown name is answered with bad-password, so that names can't be guessed."`
}

// Limits has the rate limits and the limit of a message.
type Limits struct {
	RequestsPerSecond int `env:"THROTTLING_RPS" envDefault:"100" min:"1" max:"1000000" doc:"Requests per second of an account, or of an address where there is no session."`
	LoginsPerMinute   int `env:"THROTTLING_AUTH_RPM" envDefault:"30" min:"1" max:"1000000" doc:"Failed log-ins, and registrations, per minute and address (IPv6: per /64, twice as many per /56, four times as many per /48); all may come at once. For an account ten times as many are allowed, and this number again from each address from which it was logged in to in the last 30 days."`
	SearchesPerMinute int `env:"THROTTLING_SEARCH_RPM" envDefault:"120" min:"1" max:"1000000" doc:"Searches per minute of an account, or of an address where there is no session; all may come at once. It applies with the app throttling on or off."`
	MessageMaxBytes   int `env:"MESSAGE_MAX_BYTES" envDefault:"65536" min:"1" max:"262144" doc:"Longest message text, in bytes."`
}

// The values of CACHE_TYPE.
const (
	CacheMemory = "memory"
	CacheRedis  = "redis"
)

// Cache has the settings of the cache, in the process's memory or Redis.
type Cache struct {
	Type     string   `env:"CACHE_TYPE" envDefault:"memory" oneof:"memory,redis" doc:"Where to cache: in the process's memory, or in Redis, which needs REDIS_URL."`
	URL      RedisURL `env:"REDIS_URL" secret:"true" schemes:"redis,rediss,redis+sentinel,rediss+sentinel" form:"[user:password@]host[:port][/number of a database]" unset:"not set" doc:"Where Redis is, redis://[user:password@]host[:port][/number of a database]; rediss:// for TLS. Behind Sentinels it is redis+sentinel://[user:password@]host[:port][,host[:port]…]/name of the master[/number of a database], with user and password of the master. A password in it is percent-encoded."`
	MaxBytes int64    `env:"CACHE_MAX_BYTES" envDefault:"67108864" min:"1048576" max:"68719476736" doc:"Memory of the process for cached pages and sessions, in bytes."`
	Password Secret   `env:"REDIS_PWD" secret:"true" unset:"not set" doc:"Password at Redis, where REDIS_URL has none."`

	SentinelPassword Secret `env:"REDIS_SENTINEL_PWD" secret:"true" unset:"not set" doc:"Password of the Sentinels, if they have one."`
	RootCert         string `env:"REDIS_SSLROOTCERT" unset:"those of the system" doc:"File of CA certificates, in PEM, to verify the certificates of Redis and its Sentinels with, with rediss://."`
	Prefix           Prefix `env:"REDIS_PREFIX" unset:"none" doc:"Prefix of all keys and channels, so that several services can share a Redis: up to 100 letters, digits and characters of : . _ -"`
}

// Queue is the choice between the embedded queue and RabbitMQ, which is used where URL or Host is set.
type Queue struct {
	URL       BrokerURL `env:"RMQ_URL" secret:"true" schemes:"amqp,amqps" form:"[user:password@]host[:port][/vhost][?parameters]" unset:"not set: RMQ_HOST, else the embedded queue" doc:"Where RabbitMQ is; amqps:// for TLS. A password in it is percent-encoded. Parameters are heartbeat (in seconds), channel_max and auth_mechanism (plain, amqplain or external), and with amqps:// cacertfile, certfile, keyfile and server_name_indication. Not together with RMQ_HOST."`
	Host      Host      `env:"RMQ_HOST" unset:"not set" doc:"RabbitMQ's host, in place of RMQ_URL."`
	Port      int       `env:"RMQ_PORT" envDefault:"5672" min:"1" max:"65535" doc:"Port at RMQ_HOST."`
	User      string    `env:"RMQ_USER" unset:"not set" doc:"User name at RMQ_HOST."`
	Password  Secret    `env:"RMQ_PASSWORD" secret:"true" unset:"not set" doc:"Password at RMQ_HOST."`
	Prefix    Prefix    `env:"RMQ_PREFIX" unset:"none" doc:"Prefix of the names of exchanges and queues and of the routing key, so that several services can share a virtual host: up to 100 letters, digits and characters of : . _ - Without it, two services in one virtual host take each other's searches."`
	Consumers int       `env:"CONSUMER_POOL_SIZE" envDefault:"4" min:"1" max:"1000" doc:"Searches that a consumer executes at a time."`
}

// Search has the settings of searches and of the command consumer.
type Search struct {
	ResultTTL    time.Duration `env:"SEARCH_RESULT_TTL" envDefault:"1h" min:"1m" max:"24h" doc:"How long a search and its results are kept after its end."`
	MaxResults   int           `env:"SEARCH_MAX_RESULTS" envDefault:"1000" min:"1" max:"10000" doc:"Largest number of results of a search; the newest messages are kept."`
	ConsumerPort int           `env:"CONSUMER_PORT" envDefault:"8081" min:"0" max:"65535" doc:"Port at HOST on which the command consumer serves /ping and /ping_db; 0 takes any free one."`
}

// Log has the settings of logging.
type Log struct {
	Level  LogLevel `env:"LOG_LEVEL" envDefault:"info" oneof:"debug,info,warn,error" doc:"Lowest level that is logged."`
	Format string   `env:"LOG_FORMAT" unset:"text on a terminal, else json" oneof:"text,json" doc:"Form of a log line."`
	Debug  Switch   `env:"DEBUG" envDefault:"off" doc:"Switch: log from the level debug on, regardless of LOG_LEVEL, and serve profiles below /debug/pprof/ at METRICS_ADDR."`
}

// Metrics has the addresses for Prometheus.
type Metrics struct {
	Address         Listen `env:"METRICS_ADDR" unset:"127.0.0.1:9090; where that is taken, none" doc:"Address, host:port, on which /metrics is served to Prometheus, and with DEBUG /debug/pprof/. It needs no log-in: don't make it public. If it is set and can't be listened on, the start fails."`
	ConsumerAddress Listen `env:"CONSUMER_METRICS_ADDR" unset:"127.0.0.1:9091; where that is taken, none" doc:"The same for the command consumer."`
}

// Address is the listener's address, for net.Listen.
func (s Server) Address() string {
	return net.JoinHostPort(string(s.Host), strconv.Itoa(s.Port))
}

// ConsumerAddress is that of the command consumer.
func (c Config) ConsumerAddress() string {
	return net.JoinHostPort(string(c.Server.Host), strconv.Itoa(c.Search.ConsumerPort))
}

// BodyMaxBytes is the limit of a request's body, in bytes: 1 MiB, or more if the longest message needs it. JSON may
// encode each byte of a text as \u00XX, six bytes; 4096 bytes are for the other fields.
func (c Config) BodyMaxBytes() int64 {
	return max(1<<20, 6*int64(c.Limits.MessageMaxBytes)+4096)
}
