// Package abuse takes the service from the others, or tries to: what one account, or
// one address, asks for, and how it breaks off, must neither fill the memory nor keep
// others waiting. The server is mostly the real binary, whose memory can be seen.
package abuse
