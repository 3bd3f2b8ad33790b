package store

import "time"

// PutPathwayText keeps the files of a pathway's folder under their content
// hash. A text that is kept already stays as it is.
func (tx *Tx) PutPathwayText(hash, name string, version int, files map[string]string, at time.Time) error {
	_, err := tx.keepAll("pathway_text", `insert into pathway_text (hash, name, version, files, kept_at) values ($1, $2, $3, $4, $5)
		on conflict (hash) do nothing returning hash`, hash, name, version, JSON[map[string]string]{files}, at)
	return err
}

// PathwayText gives the files, by path, of the pathway's folder with a content
// hash.
func (tx *Tx) PathwayText(hash string) (map[string]string, error) {
	files, err := queryOne(tx, scanValue[JSON[map[string]string]], `select files from pathway_text where hash = $1`, hash)
	return files.V, err
}

// PathwayVersion is one kept text of a pathway.
type PathwayVersion struct {
	Hash    string
	Name    string
	Version int
	At      time.Time // when it was first kept
}

// PathwayTexts lists the kept texts, by pathway and then oldest first.
func (tx *Tx) PathwayTexts() ([]PathwayVersion, error) {
	return queryAll(tx, func(row row) (PathwayVersion, error) {
		var v PathwayVersion
		return v, row.Scan(&v.Hash, &v.Name, &v.Version, &v.At)
	}, `select hash, name, version, kept_at from pathway_text order by name, kept_at, hash`)
}
