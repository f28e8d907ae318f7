package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"messenger-api/bench/corpus"
	"messenger-api/internal/messenger"
)

// leastGrowth is the smallest number of messages with this distribution.
const leastGrowth = 10_000

// shape is how so many messages are spread: a fifth of them is in one chat, half in a
// hundred more, the rest in small ones, of which a few have much and most have little. At ten
// million: one chat of two million with 100,000 users, a hundred of 50,000, a
// hundred thousand small ones; ten have 10,000 users.
type shape struct {
	messages, small, accounts int
	start                     time.Time
}

// The accounts as which requests are measured.
const (
	everywhere = iota // in up to 10,000 chats
	hundred           // in a hundred, the largest among them
	single            // in one small chat
	sender            // in the largest chats
	specialAccounts
)

const (
	largeChats = 100
	mostChats  = 10_000
	year       = 365 * 24 * time.Hour
)

func newShape(messages int) shape {
	return shape{messages, messages / 100, max(messages/100, 1000), time.Now().Add(-year).Truncate(time.Second)}
}

func (s shape) chats() int { return 1 + largeChats + s.small }

func (s shape) chatName(chat int) string { return fmt.Sprintf("chat %d", chat) }

// usersOf returns the number of users of a chat.
func (s shape) usersOf(chat int) int {
	switch {
	case chat == 0:
		return max(s.messages/100, 10)
	case chat <= 10:
		return max(s.messages/1000, 10)
	case chat <= largeChats:
		return 100
	default:
		return 6
	}
}

// accountOf returns the account of a user of a chat. The first users are those of the measured accounts.
func (s shape) accountOf(chat, user int) int {
	small := chat - largeChats - 1
	switch {
	case user == everywhere && (chat <= largeChats || small < mostChats-largeChats-1),
		user == hundred && (chat < 10 || small >= 0 && small < 90),
		user == single && small == s.small-1,
		user == sender && chat < 10:
		return user
	}
	return specialAccounts + int(mix(uint64(chat), uint64(user))%uint64(s.accounts-specialAccounts))
}

// chatOf draws the chat of the next message.
func (s shape) chatOf(random *rand.Rand) int {
	switch part := random.Float64(); {
	case part < 0.2:
		return 0
	case part < 0.7:
		return 1 + random.IntN(largeChats)
	default:
		skewed := random.Float64()
		return 1 + largeChats + int(skewed*skewed*skewed*float64(s.small))
	}
}

// The kinds of id.
const (
	accountID = iota + 1
	chatID
	userID
	sessionID
)

// id is always the same for the same arguments, and has the form of a version 7 UUID.
func (s shape) id(kind, of, in int) (id messenger.ID) {
	high := mix(uint64(kind)<<32|uint64(in), uint64(of))
	at := s.start.Add(-time.Duration(high % uint64(year)))
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|high&0xfff|0x7000)
	binary.BigEndian.PutUint64(id[8:], mix(high, uint64(kind))&^(3<<62)|2<<62)
	return id
}

// mix is a hash of two numbers (splitmix64).
func mix(a, b uint64) uint64 {
	x := a*0x9e3779b97f4a7c15 + b + 0x632be59bd9b4e019
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// token is the session token of a measured account.
func token(account int) messenger.Token {
	return messenger.Token{0: byte(account + 1), 15: 1}
}

// grownMessage is a row of the log.
type grownMessage struct {
	chat, user, account int
	seq                 int64
	at                  time.Time
	text                string
}

// each calls take with every message, in the order of their times.
func (s shape) each(take func(grownMessage) error) error {
	random, texts := rand.New(rand.NewPCG(1, 2)), corpus.New(1)
	ends := make([]int64, s.chats())
	for i := range s.messages {
		chat := s.chatOf(random)
		ends[chat]++
		user := random.IntN(s.usersOf(chat))
		at := s.start.Add(time.Duration(float64(year) * float64(i) / float64(s.messages))).Truncate(time.Microsecond)
		if err := take(grownMessage{chat, user, s.accountOf(chat, user), ends[chat], at, texts.Message()}); err != nil {
			return err
		}
	}
	return nil
}
