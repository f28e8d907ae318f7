package api

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// value returns the node at a path of keys, nil where one is missing.
func value(node *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		if node == nil || node.Kind != yaml.MappingNode {
			return nil
		}
		var next *yaml.Node
		for i := 0; i < len(node.Content); i += 2 {
			if node.Content[i].Value == key {
				next = node.Content[i+1]
			}
		}
		node = next
	}
	return node
}

// values returns the values of a mapping, in its order.
func values(mapping *yaml.Node) []*yaml.Node {
	var found []*yaml.Node
	for i := 1; i < len(mapping.Content); i += 2 {
		found = append(found, mapping.Content[i])
	}
	return found
}

// operations returns the operations of a path item: the values with an operationId, unlike its parameters.
func operations(path *yaml.Node) []*yaml.Node {
	return slices.DeleteFunc(values(path), func(node *yaml.Node) bool {
		return value(node, "operationId") == nil
	})
}

// deletePairs removes the pairs of a mapping for which drop returns true.
func deletePairs(mapping *yaml.Node, drop func(key string, value *yaml.Node) bool) {
	kept := mapping.Content[:0]
	for i := 0; i < len(mapping.Content); i += 2 {
		if !drop(mapping.Content[i].Value, mapping.Content[i+1]) {
			kept = append(kept, mapping.Content[i], mapping.Content[i+1])
		}
	}
	mapping.Content = kept
}

func deleteKey(mapping *yaml.Node, name string) {
	deletePairs(mapping, func(key string, _ *yaml.Node) bool { return key == name })
}

// walk visits a node and its descendants.
func walk(node *yaml.Node, visit func(*yaml.Node)) {
	visit(node)
	for _, child := range node.Content {
		walk(child, visit)
	}
}
