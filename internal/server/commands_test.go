package server_test

import (
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

func TestHelp(t *testing.T) {
	for command, words := range map[string][]string{
		"": {"serve", "consumer", "migrate up", "migrate status", "check-config", "healthcheck", "version", "docs/config.md",
			"user create", "user passwd", "user disable", "user enable", "user list", "sessions revoke", "backup", "restore", "export", "import"},
		"serve":           {"Serve the API"},
		"consumer":        {"RabbitMQ"},
		"migrate":         {"up", "status"},
		"migrate up":      {"schema"},
		"migrate status":  {"migrations"},
		"user":            {"create", "passwd", "disable", "enable", "list"},
		"user create":     {"standard input"},
		"user passwd":     {"standard input", "sessions"},
		"user disable":    {"sessions"},
		"user enable":     {"disabled"},
		"user list":       {"--after", "--limit"},
		"sessions":        {"revoke"},
		"sessions revoke": {"--user", "--session", "--all"},
		"backup":          {"--force", "while a server runs"},
		"restore":         {"no server"},
		"export":          {"JSON Lines", "--force", "hashes of passwords"},
		"import":          {"empty database", "hashes of passwords"},
		"check-config":    {"settings"},
		"healthcheck":     {"/ping", "exit 0", "--consumer"},
		"version":         {"version"},
		"help":            {"command"},
	} {
		for _, asked := range []string{command + " --help", command + " -h", "help " + command} {
			// Help works even if settings are invalid.
			result := testkit.Command(t, []string{"PORT=x"}, strings.Fields(asked)...)
			if result.Code != 0 || result.Stderr != "" || !strings.HasPrefix(result.Stdout, "Usage: messenger-api") {
				t.Errorf("%s: %+v", asked, result)
			}
			for _, word := range words {
				if !strings.Contains(result.Stdout, word) {
					t.Errorf("%s does not contain %q:\n%s", asked, word, result.Stdout)
				}
			}
		}
	}
}

// After wrong usage the hint names the help of the command, if it was recognized.
func TestWrongUsage(t *testing.T) {
	for line, command := range map[string]string{
		"nothing": "", "--nothing": "", "-x": "", "--version nothing": "", "serve nothing": "serve", "version --x": "version",
		"migrate": "migrate", "migrate nothing": "migrate", "migrate down": "migrate",
		"user": "user", "user create": "user create", "user create alice secret": "user create", "user list --limit=-1": "user list",
		"sessions revoke": "sessions revoke", "sessions revoke --all --user alice": "sessions revoke",
		"backup": "backup", "backup --x FILE": "backup", "backup -": "backup", "restore": "restore", "export a b": "export", "help --x": "help",
	} {
		result := testkit.Command(t, testkit.Embedded(t), strings.Fields(line)...)
		hint := "\nTry: messenger-api " + strings.TrimSpace(command+" --help") + "\n"
		if result.Code != 2 || result.Stdout != "" || !strings.HasSuffix(result.Stderr, hint) {
			t.Errorf("%s: %+v, want exit code 2 and the hint %q", line, result, hint)
		}
	}
	if result := testkit.Command(t, testkit.Embedded(t), "help", "nothing"); result.Code != 2 || result.Stdout != "" || result.Stderr == "" {
		t.Errorf("help on nothing: %+v, want exit code 2 and why", result)
	}
}

func TestVersion(t *testing.T) {
	for _, asked := range []string{"version", "--version", "serve --version"} {
		result := testkit.Command(t, []string{"PORT=x"}, strings.Fields(asked)...)
		if result.Code != 0 || result.Stdout != "messenger-api test\n" || result.Stderr != "" {
			t.Errorf("%s: %+v", asked, result)
		}
	}
}

func TestCheckConfig(t *testing.T) {
	result := testkit.Command(t, []string{"PORT=1234", "POSTGRES_HOSTS=db", "POSTGRES_USER=me", "POSTGRES_DB=m",
		"POSTGRES_PWD=hush-hush", "REDIS_URL=redis://me:hush-hush@cache", "UNKNOWN=hush-hush"}, "check-config")
	if result.Code != 0 || result.Stderr != "" {
		t.Errorf("good settings: %+v", result)
	}
	for _, line := range []string{"PORT=1234  (environment)", "HOST=0.0.0.0  (default)", "POSTGRES_PWD=****  (environment)",
		"REDIS_URL=redis://me:****@cache  (environment)"} {
		if !strings.Contains(result.Stdout, line+"\n") {
			t.Errorf("%q is not in the output:\n%s", line, result.Stdout)
		}
	}
	if strings.Contains(result.Stdout, "hush") {
		t.Errorf("a secret is in the output:\n%s", result.Stdout)
	}
}

// Every command that reads the settings reports all faults in them, one per line.
func TestFaults(t *testing.T) {
	environment := []string{"PORT=x", "AUTH_TOKEN_LIFETIME=0s", "THROTTLING_RPS=1000001", "THROTTLING_AUTH_RPM=0", "MESSAGE_MAX_BYTES=262145",
		"NGINX_THROTTLING=maybe", "APPS=auth,nothing", "POSTGRES_HOSTS=db", "LOG_LEVEL=loud", "RMQ_URL=amqp://a", "RMQ_HOST=b",
		"POSTGRES_PWD=hush-hush", "TRUSTED_PROXIES=everybody", "CORS_ORIGINS=*", "AUTH_HEADER=Cookie"}
	names := []string{"PORT", "AUTH_TOKEN_LIFETIME", "THROTTLING_RPS", "THROTTLING_AUTH_RPM", "MESSAGE_MAX_BYTES", "NGINX_THROTTLING",
		"APPS", "POSTGRES_USER", "POSTGRES_DB", "LOG_LEVEL", "RMQ_URL", "TRUSTED_PROXIES", "CORS_ORIGINS", "AUTH_HEADER"}
	for _, command := range []string{"", "serve", "consumer", "check-config", "migrate up", "migrate status", "healthcheck",
		"user create alice", "user passwd alice", "user disable alice", "user enable alice", "user list", "sessions revoke --all",
		"backup FILE", "restore FILE", "export", "import"} {
		result := testkit.Command(t, environment, strings.Fields(command)...)
		if result.Code != 2 || (command == "check-config") != (result.Stdout != "") {
			t.Errorf("%s: %+v, want exit code 2", command, result)
		}
		if lines := strings.Count(result.Stderr, "\n"); lines != len(names) {
			t.Errorf("%s: %d lines, want %d:\n%s", command, lines, len(names), result.Stderr)
		}
		for _, name := range names {
			if !strings.Contains("\n"+result.Stderr, "\n"+name+": ") {
				t.Errorf("%s: no line for %s:\n%s", command, name, result.Stderr)
			}
		}
		if strings.Contains(result.Stdout+result.Stderr, "hush") {
			t.Errorf("%s shows a secret:\n%s%s", command, result.Stdout, result.Stderr)
		}
	}
}
