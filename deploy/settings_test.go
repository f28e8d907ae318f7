// Package deploy tests the files of the deployment.
package deploy

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	inConfig   = regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|")
	inEnv      = regexp.MustCompile(`(?m)^([A-Z_]+)=`)
	inCompose  = regexp.MustCompile(`(?m)^  ([A-Z_]+):`)
	referenced = regexp.MustCompile(`\$\{([A-Z_]+)`)
)

// ofTheProject are variables that docker compose and make set, not operators.
var ofTheProject = []string{"COMPOSE_PROJECT_NAME", "VERSION", "COMMIT"}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// names returns the distinct matches of the expression in a file.
func names(t *testing.T, path string, expression *regexp.Regexp) []string {
	t.Helper()
	var found []string
	for _, match := range expression.FindAllStringSubmatch(read(t, path), -1) {
		found = append(found, match[1])
	}
	if len(found) == 0 {
		t.Fatalf("%s: found no setting", path)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// The compose set passes every setting to the service, and deploy/.env explains each of them and those of the set.
func TestEverySettingIsThere(t *testing.T) {
	explained := names(t, ".env", inEnv)
	passedOn := names(t, "../docker-compose.yaml", inCompose)
	wanted := names(t, "../docs/config.md", inConfig)
	for _, name := range wanted {
		if !slices.Contains(explained, name) {
			t.Errorf("deploy/.env does not explain %s", name)
		}
		if !slices.Contains(passedOn, name) {
			t.Errorf("docker-compose.yaml does not pass %s on", name)
		}
	}
	for _, file := range []string{"../docker-compose.yaml", "docker-compose.tls.yaml"} {
		for _, name := range names(t, file, referenced) {
			if !slices.Contains(explained, name) && !slices.Contains(ofTheProject, name) {
				t.Errorf("deploy/.env does not explain %s, which %s uses", name, file)
			}
			wanted = append(wanted, name)
		}
	}
	for _, name := range explained {
		if !slices.Contains(wanted, name) {
			t.Errorf("deploy/.env explains %s, which nothing uses", name)
		}
	}
}

// The files of environments set only known settings, since a misspelt name would be ignored.
func TestEnvironmentsSetWhatIsExplained(t *testing.T) {
	explained := names(t, ".env", inEnv)
	for _, file := range []string{".env.dev", ".env.test", ".env.prod"} {
		for _, name := range names(t, file, inEnv) {
			if !slices.Contains(explained, name) {
				t.Errorf("deploy/%s sets %s, which deploy/.env does not explain", file, name)
			}
		}
	}
}

// No password for production is in the repository, and the start fails with the name of each missing one.
func TestProductionHasNoPassword(t *testing.T) {
	production := read(t, ".env.prod")
	for _, name := range []string{"POSTGRES_PWD", "REDIS_PWD", "RMQ_PASSWORD"} {
		if !strings.Contains(production, "\n"+name+"=${"+name+":?") {
			t.Errorf("deploy/.env.prod does not ask for %s", name)
		}
	}
}
