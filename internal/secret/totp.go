package secret

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"image/png"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// OneTime is what an authenticator app is set up with.
type OneTime struct {
	Secret string // base32; seal it
	URL    string // otpauth address, as in the QR code; holds the secret
}

const (
	oneTimePeriod = 30 // seconds
	oneTimeSkew   = 1  // periods a phone's clock may be off, either way
)

// NewOneTime makes a secret. The app shows issuer and account name.
func NewOneTime(issuer, account string) (OneTime, error) {
	k, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, Period: oneTimePeriod, SecretSize: 20, Rand: rand.Reader})
	if err != nil {
		return OneTime{}, fmt.Errorf("secret: making a one-time secret: %w", err)
	}
	return OneTime{Secret: k.Secret(), URL: k.URL()}, nil
}

// QR is the address as a PNG, size pixels each way. Offer the secret as text
// beside it, for those who cannot scan.
func (o OneTime) QR(size int) ([]byte, error) {
	k, err := otp.NewKeyFromURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("secret: reading the one-time address: %w", err)
	}
	img, err := k.Image(size, size)
	if err != nil {
		return nil, fmt.Errorf("secret: drawing the QR code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("secret: writing the QR code: %w", err)
	}
	return b.Bytes(), nil
}

// CheckOneTime says whether a six-digit code is right now, and the time step it
// belongs to. Store the step and give it as last the next time: a code works
// once, and an older one not after a newer one. last is 0 at first.
func CheckOneTime(secret, code string, now time.Time, last int64) (step int64, ok bool) {
	code = onlyRunes(code, unicode.IsDigit)
	at := now.Unix() / oneTimePeriod
	for s := at - oneTimeSkew; s <= at+oneTimeSkew; s++ {
		right, err := hotp.ValidateCustom(code, uint64(s), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && right && s > last {
			return s, true
		}
	}
	return 0, false
}

func onlyRunes(s string, keep func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if keep(r) {
			return r
		}
		return -1
	}, s)
}
