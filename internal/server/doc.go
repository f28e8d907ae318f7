// Package server wires the other packages together. It has the commands of
// messenger-api, opens the backends that the settings choose, builds the apps that are
// on in their order, and starts and stops the server. It has no business logic.
package server
