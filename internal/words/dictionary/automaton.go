package dictionary

// automaton finds the value of a key in packed edges of 4 bytes: the label in the lowest 6 bits, a bit that marks the
// last edge of a node, and the number of the first edge of the node to which it leads. The root begins at 0. A node
// that ends a key begins with an edge of the label 0, which has the value in the place of a node. tools/dictionary
// makes it.
type automaton string

const (
	labelBits = 1<<6 - 1
	lastBit   = 1 << 6
	nodeShift = 7
)

func (a automaton) edge(at uint32) uint32 {
	packed := a[4*at : 4*at+4]
	return uint32(packed[0]) | uint32(packed[1])<<8 | uint32(packed[2])<<16 | uint32(packed[3])<<24
}

// follow gives the node to which the label leads; none does for 0.
func (a automaton) follow(node, label uint32) (uint32, bool) {
	if label == 0 {
		return 0, false
	}
	for {
		edge := a.edge(node)
		if edge&labelBits == label {
			return edge >> nodeShift, true
		}
		if edge&lastBit != 0 {
			return 0, false
		}
		node++
	}
}

// value gives that of the key which ends at the node.
func (a automaton) value(node uint32) (uint32, bool) {
	edge := a.edge(node)
	return edge >> nodeShift, edge&labelBits == 0
}
