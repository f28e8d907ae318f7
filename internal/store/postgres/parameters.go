package postgres

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"messenger-api/internal/messenger"
)

// parameters are the arrays that a statement is bound to, in the binary format of
// array_recv and the elements' own; the driver would box each element.
type parameters struct {
	raw  []byte
	ends []int
}

var binaryFormat = []int16{pgproto3.BinaryFormat}

// epoch is where PostgreSQL's time begins, in microseconds since 1970.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// add appends an array of a type, given by the OID of its elements.
func (p *parameters) add(oid uint32, length int, element func(raw []byte, i int) []byte) {
	const dimensions, mayHoldNull, lowerBound = 1, 1, 1
	for _, field := range []uint32{dimensions, mayHoldNull, oid, uint32(length), lowerBound} {
		p.raw = binary.BigEndian.AppendUint32(p.raw, field)
	}
	for i := range length {
		p.raw = element(p.raw, i)
	}
	p.ends = append(p.ends, len(p.raw))
}

func appendID(raw []byte, id messenger.ID) []byte {
	return append(binary.BigEndian.AppendUint32(raw, uint32(len(id))), id[:]...)
}

func appendText(raw []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint32(raw, uint32(len(text))), text...)
}

// appendNull spells NULL as its length, -1.
func appendNull(raw []byte) []byte { return binary.BigEndian.AppendUint32(raw, math.MaxUint32) }

func appendInteger(raw []byte, number int64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(raw, 8), uint64(number))
}

func appendTime(raw []byte, t time.Time) []byte { return appendInteger(raw, t.UnixMicro()-epoch) }

// bind has the frontend send a prepared statement with the parameters next, which then
// is ready to run under the portal's name.
func (p *parameters) bind(frontend *pgproto3.Frontend, portal, statement string) {
	values := make([][]byte, len(p.ends))
	begin := 0
	for i, end := range p.ends {
		values[i] = p.raw[begin:end]
		begin = end
	}
	frontend.SendBind(&pgproto3.Bind{
		DestinationPortal: portal, PreparedStatement: statement, ParameterFormatCodes: binaryFormat, Parameters: values, ResultFormatCodes: binaryFormat,
	})
}
