package rabbitmq

import (
	"errors"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/outage"
)

// refusals are the reply codes of errors that last until somebody changes something, with what they are called in the
// broker's log, and what to do about each.
var refusals = map[int]struct{ code, advice string }{
	amqp.AccessRefused: {
		"ACCESS_REFUSED",
		"correct user and password in RMQ_URL, or RMQ_USER and RMQ_PASSWORD, and give the user the permissions that docs/deploy.md lists",
	},
	amqp.NotAllowed: {
		"NOT_ALLOWED",
		"have RMQ_URL name a virtual host that is there and that the user may use, and raise its limit of connections where it has one",
	},
	amqp.PreconditionFailed: {
		"PRECONDITION_FAILED",
		"delete in RabbitMQ what was declared with other properties, and it is declared again, or choose another RMQ_PREFIX",
	},
	amqp.ResourceLocked: {
		"RESOURCE_LOCKED",
		"another connection has the queue for itself: end that one, or choose another RMQ_PREFIX",
	},
}

// certificateAdvice is what to do about a certificate that is not trusted.
const certificateAdvice = "have cacertfile in RMQ_URL name the file of the authority that signed the broker's certificate, and RMQ_URL the host that stands in it"

// explained makes a refusal of an error that lasts until somebody does something; any other error is returned as it is.
func explained(err error) error {
	if err == nil || outage.Code(err) != "" {
		return err
	}
	if refusal, ok := outage.Certificate(err, certificateAdvice); ok {
		return refusal
	}
	var answer *amqp.Error
	if !errors.As(err, &answer) {
		return err
	}
	known, ok := refusals[answer.Code]
	if !ok {
		return err
	}
	return &outage.Refusal{Code: known.code, Advice: known.advice, Cause: err}
}

// Refused reports whether RabbitMQ can't be used until somebody changes something: in it, or in the settings.
func (q *Queue) Refused() bool {
	return q.publisher.outage.Refused() || q.tasks.Refused() || q.deadLetters.Refused()
}
