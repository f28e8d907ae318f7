package storetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var statementWords = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

// Statements finds every constant that is SQL in the package under test, by its name, so that a
// test of all statements forgets none. A statement that is no constant fails the test.
func Statements(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	statements := map[string]string{}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.ValueSpec:
				addStatements(statements, node)
				return false
			case *ast.BasicLit:
				if text, ok := statement(node); ok {
					t.Errorf("%s: a statement that is no constant: %s", name, text)
				}
			}
			return true
		})
	}
	return statements
}

func addStatements(statements map[string]string, spec *ast.ValueSpec) {
	for i, value := range spec.Values {
		if literal, ok := value.(*ast.BasicLit); ok {
			if text, ok := statement(literal); ok {
				statements[spec.Names[i].Name] = text
			}
		}
	}
}

// statement gives the text of a literal that is SQL.
func statement(literal *ast.BasicLit) (text string, ok bool) {
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil && literal.Kind == token.STRING && statementWords.MatchString(text)
}
