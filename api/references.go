package api

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// dropUnreferenced drops the components that nothing leads to any more from an
// operation. Security schemes stay: they are named, not referenced.
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
