package httpkit

import (
	"container/list"
	"net/netip"
	"time"
)

// idleConnections has the connections without a request, the longest idle first: all of them,
// and those of each network. It is not safe for concurrent use.
type idleConnections struct {
	all       list.List
	byNetwork map[netip.Prefix]*list.List // networks without idle connections are absent
}

func (i *idleConnections) add(c *connection) {
	c.idleSince = time.Now()
	c.idleElement = i.all.PushBack(c)
	of := i.byNetwork[c.network]
	if of == nil {
		of = list.New()
		i.byNetwork[c.network] = of
	}
	c.networkElement = of.PushBack(c)
	c.idle.Store(true)
}

// remove does nothing where the connection is not idle.
func (i *idleConnections) remove(c *connection) {
	if c.idleElement == nil {
		return
	}
	i.all.Remove(c.idleElement)
	of := i.byNetwork[c.network]
	if of.Remove(c.networkElement); of.Len() == 0 {
		delete(i.byNetwork, c.network)
	}
	c.idleElement, c.networkElement = nil, nil
	c.idle.Store(false)
}

// longest returns the longest idle connection of all, nil where there is none.
func (i *idleConnections) longest() (c *connection, since time.Duration) { return longestIdle(&i.all) }

// longestOf returns the longest idle connection of a network, nil where there is none.
func (i *idleConnections) longestOf(network netip.Prefix) (c *connection, since time.Duration) {
	if of := i.byNetwork[network]; of != nil {
		return longestIdle(of)
	}
	return nil, 0
}

func longestIdle(of *list.List) (c *connection, since time.Duration) {
	if of.Len() == 0 {
		return nil, 0
	}
	c = of.Front().Value.(*connection)
	return c, time.Since(c.idleSince)
}
