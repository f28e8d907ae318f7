package api

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// dropUnreferenced removes the components that no operation references, directly or indirectly. Security
// schemes remain: they are used by name, not by reference.
func dropUnreferenced(root *yaml.Node) {
	used := make(map[string]bool)
	var follow func(*yaml.Node)
	follow = func(node *yaml.Node) {
		walk(node, func(node *yaml.Node) {
			reference := value(node, "$ref")
			if reference == nil || used[reference.Value] {
				return
			}
			used[reference.Value] = true
			target := value(root, strings.Split(strings.TrimPrefix(reference.Value, "#/"), "/")...)
			if target != nil {
				follow(target)
			}
		})
	}
	follow(value(root, "paths"))

	deletePairs(value(root, "components"), func(section string, components *yaml.Node) bool {
		if section == "securitySchemes" {
			return false
		}
		deletePairs(components, func(name string, _ *yaml.Node) bool {
			return !used["#/components/"+section+"/"+name]
		})
		return len(components.Content) == 0
	})
	if components := value(root, "components"); len(components.Content) == 0 {
		deleteKey(root, "components")
	}
}
