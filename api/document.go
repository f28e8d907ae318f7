// Package api has the contract of the Messenger API as an OpenAPI document, swagger.yml, and reduces it to
// what one server serves: the apps that are on, with that server's header for sessions.
package api

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed swagger.yml
var contract []byte

// The defaults in the contract that a server's settings can change.
const (
	defaultAuthHeader = "Authorization"
	defaultAuthScheme = "session_id"
)

// authTag is the tag of the app without which there are no sessions.
const authTag = "auth"

// Options are the properties of a server's document.
type Options struct {
	// Tags are those whose operations stay: the names of the apps that are on,
	// and "health". Names that are no tag are ignored.
	Tags []string
	// AuthHeader is the header that carries the session; empty means Authorization.
	AuthHeader string
	// AuthScheme is the word before the session; empty means session_id.
	AuthScheme string
}

// Document returns the contract reduced to the tags of the options, as YAML in the original order and with
// its comments. Components that only other tags use are removed; without the tag "auth" also the security
// requirements and schemes, and the 401 answers. The caller may change the result.
func Document(options Options) ([]byte, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(contract, &file); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	root := file.Content[0]
	keepTags(root, options.Tags)
	if slices.Contains(options.Tags, authTag) {
		nameSession(root, options)
	} else {
		dropSessions(root)
	}
	dropUnreferenced(root)

	var document bytes.Buffer
	encoder := yaml.NewEncoder(&document)
	encoder.SetIndent(2)
	if err := encoder.Encode(&file); err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return document.Bytes(), nil
}

// keepTags removes the operations of other tags, paths without operations, and the entries of those tags.
func keepTags(root *yaml.Node, tags []string) {
	list := value(root, "tags")
	list.Content = slices.DeleteFunc(list.Content, func(tag *yaml.Node) bool {
		return !slices.Contains(tags, value(tag, "name").Value)
	})
	deletePairs(value(root, "paths"), func(_ string, path *yaml.Node) bool {
		deletePairs(path, func(_ string, operation *yaml.Node) bool {
			own := value(operation, "tags")
			return own != nil && !slices.ContainsFunc(own.Content, func(tag *yaml.Node) bool {
				return slices.Contains(tags, tag.Value)
			})
		})
		return len(operations(path)) == 0
	})
}

// nameSession replaces the default header and scheme by the server's, in the security scheme and in texts.
func nameSession(root *yaml.Node, options Options) {
	header, scheme := options.AuthHeader, options.AuthScheme
	if header == "" {
		header = defaultAuthHeader
	}
	if scheme == "" {
		scheme = defaultAuthScheme
	}
	value(root, "components", "securitySchemes", "session", "name").Value = header
	theirs := defaultAuthHeader + ": " + defaultAuthScheme + " "
	ours := header + ": " + scheme + " "
	walk(root, func(node *yaml.Node) { node.Value = strings.ReplaceAll(node.Value, theirs, ours) })
}

// dropSessions removes what is about sessions, for a server without them.
func dropSessions(root *yaml.Node) {
	deleteKey(root, "security")
	deleteKey(value(root, "components"), "securitySchemes")
	for _, path := range values(value(root, "paths")) {
		for _, operation := range operations(path) {
			deleteKey(operation, "security")
			deleteKey(value(operation, "responses"), "401")
		}
	}
}
