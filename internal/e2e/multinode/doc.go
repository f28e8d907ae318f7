// Package multinode has tests alone: two nodes on one PostgreSQL and one Redis
// have to behave as one server. What readers got is held against what writers had
// been told before, in peace, and while Redis is killed, restored, cut off and slow.
package multinode
