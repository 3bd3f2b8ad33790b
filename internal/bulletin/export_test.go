package bulletin

import (
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// SealedSubscriber is somebody who confirmed, to put many in at once.
func (d *Desk) SealedSubscriber(id, address, leave string) (store.Subscriber, error) {
	sealed, err := d.sealSubscriber(id, subscriber{Address: address, Leave: leave})
	return store.Subscriber{ID: id, EmailKey: d.emailKeys(address)[0], Sealed: sealed, LeaveHash: secret.HashToken(leave)}, err
}
