#!/bin/sh
# Fetches the design systems' published packages and writes what the program
# embeds: one style sheet, one script, the few icons, the cases the parts are
# checked against, and the accessibility checker used by tests.
#
# Node is needed only to run this; the program and its tests need none.
# The crown, the crest, the Open Government Licence mark and the GDS Transport
# font are reserved to GOV.UK and are taken out here.
set -eu

GOVUK=6.6.0
MOJ=11.1.0
AXE=4.14.1
ESBUILD=0.25.12

root=$(cd "$(dirname "$0")/.." && pwd)
assets=$root/internal/web/assets
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent "govuk-frontend@$GOVUK" "@ministryofjustice/frontend@$MOJ" "axe-core@$AXE" >/dev/null
mkdir -p node_modules/govuk-frontend node_modules/@ministryofjustice/frontend axe
tar xzf "govuk-frontend-$GOVUK.tgz" -C node_modules/govuk-frontend --strip-components=1
tar xzf "ministryofjustice-frontend-$MOJ.tgz" -C node_modules/@ministryofjustice/frontend --strip-components=1
tar xzf "axe-core-$AXE.tgz" -C axe --strip-components=1
mkdir tool
npm install --silent --no-save --prefix tool "esbuild@$ESBUILD" >/dev/null 2>&1

# Only the components the pages use, started by one function.
cat >entry.mjs <<'JS'
import {
  Accordion, Button, CharacterCount, Checkboxes, ErrorSummary, ExitThisPage, FileUpload,
  NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink, Tabs, createAll
} from 'govuk-frontend'
import { AddAnother } from '@ministryofjustice/frontend/moj/components/add-another/add-another.mjs'
import { Alert } from '@ministryofjustice/frontend/moj/components/alert/alert.mjs'
import { FilterToggleButton } from '@ministryofjustice/frontend/moj/components/filter-toggle-button/filter-toggle-button.mjs'
import { MultiSelect } from '@ministryofjustice/frontend/moj/components/multi-select/multi-select.mjs'
import { SortableTable } from '@ministryofjustice/frontend/moj/components/sortable-table/sortable-table.mjs'

const all = [
  Accordion, Button, CharacterCount, Checkboxes, ErrorSummary, ExitThisPage, FileUpload,
  NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink, Tabs,
  AddAnother, Alert, FilterToggleButton, MultiSelect, SortableTable
]
export function start(scope) {
  for (const component of all) createAll(component, undefined, scope)
}
JS
tool/node_modules/.bin/esbuild entry.mjs --bundle --minify --format=iife --global-name=designSystem \
  --target=es2020 --legal-comments=none --log-level=warning --outfile=vendor.js

cat >styles.cjs <<'JS'
const fs = require('fs')
const drop = new RegExp('\\.(' + [
  'govuk-(header|cookie-banner|feedback|phase-banner|language-navigation|template__logo)',
  'govuk-footer__(copyright-logo|licence-logo|licence-description|crown)',
  'moj-(header|organisation-switcher|organisation-nav|rich-text-editor|password-reveal|currency-input|multi-file-upload|' +
    'date-picker|datepicker|banner|cookie-banner|pds|primary-navigation|progress-bar|search-toggle|task-list|tag|button-menu|search|' +
    'label__currency|pagination)'
].join('|') + ')(?![a-z])')

// Walks blocks of minified CSS and leaves out rules whose every selector names a component no page uses.
function prune(css) {
  let out = '', i = 0
  while (i < css.length) {
    const open = css.indexOf('{', i)
    if (open < 0) { out += css.slice(i); break }
    let depth = 1, j = open + 1
    for (; depth > 0; j++) { if (css[j] === '{') depth++; else if (css[j] === '}') depth-- }
    let head = css.slice(i, open).trim()
    const body = css.slice(open + 1, j - 1)
    i = j
    const semi = head.lastIndexOf(';')
    if (semi >= 0) { out += head.slice(0, semi + 1); head = head.slice(semi + 1) }
    if (/^@font-face/.test(head)) continue
    if (/^@(media|supports)/.test(head)) {
      const inner = prune(body)
      if (inner) out += head + '{' + inner + '}'
      continue
    }
    if (!/^@/.test(head)) {
      const keep = head.split(/,(?![^(]*\))/).filter(s => !drop.test(s))
      if (!keep.length) continue
      head = keep.join(',')
    }
    out += head + '{' + body + '}'
  }
  return out
}
let css = ''
for (const f of ['node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.css', 'node_modules/@ministryofjustice/frontend/moj/moj-frontend.min.css']) {
  css += prune(fs.readFileSync(f, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '').replace(/^@charset[^;]*;/, '')) + '\n'
}
css = css.replace(/"?GDS Transport"?,\s*/g, '').replace(/url\(["']?\/assets\/images\/([^"')]+)["']?\)/g, 'url($1)')
for (const gone of ['GDS Transport', 'crest', 'crown', '/assets/']) {
  if (css.includes(gone)) { const at = css.indexOf(gone); console.error('still in the style sheet: ' + css.slice(Math.max(0, at - 80), at + 40)); process.exit(1) }
}
fs.writeFileSync('vendor.css', css)
const icons = new Set([...css.matchAll(/url\(([a-z-]+\.svg)\)/g)].map(m => m[1]))
for (const icon of icons) fs.copyFileSync('node_modules/@ministryofjustice/frontend/moj/assets/images/' + icon, process.argv[2] + '/' + icon)

// The published cases, without the fields the check does not read.
const parts = ['accordion', 'back-link', 'breadcrumbs', 'button', 'character-count', 'checkboxes', 'date-input', 'details', 'error-message',
  'error-summary', 'exit-this-page', 'fieldset', 'file-upload', 'generic-header', 'input', 'inset-text', 'notification-banner', 'pagination', 'panel',
  'password-input', 'radios', 'select', 'service-navigation', 'skip-link', 'summary-list', 'table', 'tabs', 'tag', 'task-list', 'textarea', 'warning-text']
for (const part of parts) {
  const all = JSON.parse(fs.readFileSync('node_modules/govuk-frontend/dist/govuk/components/' + part + '/fixtures.json', 'utf8')).fixtures
  fs.writeFileSync(process.argv[3] + '/' + part + '.json', JSON.stringify(all.map(({ name, options, html }) => ({ name, options, html })), null, 1) + '\n')
}
JS
mkdir -p "$assets" "$root/internal/web/parts/testdata/fixtures" "$root/internal/web/webtest"
rm -f "$assets"/icon-*.svg
node styles.cjs "$assets" "$root/internal/web/parts/testdata/fixtures"
cp vendor.css vendor.js "$assets/"
cp axe/axe.min.js "$root/internal/web/webtest/axe.min.js"

{
  echo "govuk-frontend $GOVUK $(sha256sum "govuk-frontend-$GOVUK.tgz" | cut -d' ' -f1)"
  echo "@ministryofjustice/frontend $MOJ $(sha256sum "ministryofjustice-frontend-$MOJ.tgz" | cut -d' ' -f1)"
  echo "axe-core $AXE $(sha256sum "axe-core-$AXE.tgz" | cut -d' ' -f1)"
  echo "esbuild $ESBUILD (builds vendor.js)"
  cd "$assets"
  for f in vendor.css vendor.js icon-*.svg ../webtest/axe.min.js; do
    echo "$f $(sha256sum "$f" | cut -d' ' -f1)"
  done
} >"$work/VERSIONS"
cp "$work/VERSIONS" "$assets/VERSIONS"
# Keeps only the published cases whose options the parts offer.
cd "$root" && TRIM_FIXTURES=1 go test ./internal/web/parts -run TestFixtures -count=1 >/dev/null
