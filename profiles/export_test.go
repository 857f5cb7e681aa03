package profiles

import "context"

// RenewLeases does what is otherwise done once a minute.
func (l *Library) RenewLeases(ctx context.Context) {
	l.leases.renew(ctx)
	l.leases.takeLate(ctx)
}
