package room

import (
	"encoding/json"
	"net/http"

	"frontdoor/internal/calendar"
	"frontdoor/internal/web"
)

// Saved tells a page's script that what it sent is kept, and when (London time).
func Saved(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"saved": web.Now(r).In(calendar.London).Format("15:04")})
}
