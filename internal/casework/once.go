package casework

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"frontdoor/internal/store"
)

// newID is the key of what is added to a record. A form whose answer was lost on the
// way is sent again: with the same mark, by the same person and with the same words
// it gives the same key, and so is found to be there. Other words under the same
// mark are something else, and are kept too.
func (by By) newID(words ...string) string {
	id := store.NewID(by.Now)
	if by.Once == "" {
		return id
	}
	sum := sha256.Sum256([]byte(strings.Join(append(words, by.Once, string(by.Principal)), "\x00")))
	h := hex.EncodeToString(sum[:])
	return h[:8] + "-" + h[8:12] + "-8" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32] // UUID version 8
}
