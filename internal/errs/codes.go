package errs

// The errors of the contract. Compare with errors.Is; add details with WithDetails.
var (
	ErrInternal           = New(Internal, "internal-error", "")
	ErrBadParameters      = New(Invalid, "bad-parameters", "")
	ErrBadCursor          = New(Invalid, "bad-cursor", "")
	ErrUserAlreadyExists  = New(Invalid, "user-already-exists", "")
	ErrAccountNotFound    = New(Invalid, "user-not-found", "no account has this name")
	ErrBadPassword        = New(Invalid, "bad-password", "")
	ErrAuthFailed         = New(Unauthenticated, "auth-failed", "")
	ErrInvalidSession     = New(Unauthenticated, "invalid-session-id", "")
	ErrExpiredSession     = New(Unauthenticated, "session-id-expired", "")
	ErrNotFound           = New(NotFound, "not-found", "")
	ErrChatNotFound       = New(NotFound, "chat-not-found", "")
	ErrUserNotFound       = New(NotFound, "user-not-found", "")
	ErrSessionNotFound    = New(NotFound, "session-not-found", "")
	ErrMethodNotAllowed   = New(MethodNotAllowed, "method-not-allowed", "")
	ErrRequestTooLarge    = New(TooLarge, "request-too-large", "")
	ErrRequestLimit       = New(Limited, "request-limit-exceeded", "")
	ErrServiceUnavailable = New(Unavailable, "service-unavailable", "")
)
