package main

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
)

// builder makes the minimal automaton of some keys with their values: equal subtrees are stored once.
type builder struct {
	keys   []string
	values map[string]int
	nodes  []node
	known  map[string]int
}

type node struct {
	edges []edge
	// keys is the number of keys that end here or in the nodes below.
	keys int
}

// edge leads to a node by a label, or has a node's value, with the label 0.
type edge struct {
	label byte
	to    int
}

// build packs the automaton as dictionary.automaton reads it. No label in the keys is 0.
func build(values map[string]int) []byte {
	b := builder{keys: slices.Sorted(maps.Keys(values)), values: values, known: make(map[string]int)}
	return b.pack(b.add(b.keys, 0))
}

// add makes the node after the first labels, which all the keys have in common.
func (b *builder) add(keys []string, labels int) int {
	var made node
	if len(keys) > 0 && len(keys[0]) == labels {
		made.edges = append(made.edges, edge{0, b.values[keys[0]]})
		made.keys++
		keys = keys[1:]
	}
	for len(keys) > 0 {
		label := keys[0][labels]
		same := 1
		for same < len(keys) && keys[same][labels] == label {
			same++
		}
		to := b.add(keys[:same], labels+1)
		made.edges = append(made.edges, edge{label, to})
		made.keys += b.nodes[to].keys
		keys = keys[same:]
	}
	var signature []byte
	for _, edge := range made.edges {
		signature = binary.AppendUvarint(append(signature, edge.label), uint64(edge.to))
	}
	if at, ok := b.known[string(signature)]; ok {
		return at
	}
	b.nodes = append(b.nodes, made)
	b.known[string(signature)] = len(b.nodes) - 1
	return len(b.nodes) - 1
}

// pack writes the edges of one node after the other's, the root's first: 4 bytes each with the label in the 6 lowest
// bits, then one that marks a node's last edge, then the first edge of the node to which it leads, or the value.
// A node has its value first, then what leads to most keys.
func (b *builder) pack(root int) []byte {
	places := make([]int, len(b.nodes))
	for i := range places {
		places[i] = -1
	}
	order := []int{root}
	size := 0
	for i := 0; i < len(order); i++ {
		at := order[i]
		places[at] = size
		size += len(b.nodes[at].edges)
		slices.SortStableFunc(b.nodes[at].edges, func(x, y edge) int {
			if x.label == 0 || y.label == 0 {
				return cmp.Compare(x.label, y.label)
			}
			return cmp.Compare(b.nodes[y.to].keys, b.nodes[x.to].keys)
		})
		for _, edge := range b.nodes[at].edges {
			if edge.label != 0 && places[edge.to] < 0 {
				places[edge.to] = 0
				order = append(order, edge.to)
			}
		}
	}
	packed := make([]byte, 0, 4*size)
	for _, at := range order {
		for i, edge := range b.nodes[at].edges {
			word := uint32(edge.label)
			if i == len(b.nodes[at].edges)-1 {
				word |= 1 << 6
			}
			if edge.label == 0 {
				word |= uint32(edge.to) << 7
			} else {
				word |= uint32(places[edge.to]) << 7
			}
			packed = binary.LittleEndian.AppendUint32(packed, word)
		}
	}
	return packed
}
