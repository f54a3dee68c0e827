#!/bin/bash
# The web server in front: methods, limits, headers, errors, assets, internal
# places, the page cache. Everything here must hold whatever the pages say.
. "$(dirname "$0")/kit.sh"

# ---- headers on every kind of answer, every status ----
for path in / /courses /api/v1/courses /no-such-page /api/v1/no-such-thing /static/css/error.css \
	/static/none.css /readyz /.git/config /protected/x /_error/404.html; do
	get "$path"
	like "nosniff on $status $path" "$head" '^x-content-type-options: nosniff'
	like "content policy on $status $path" "$head" "^content-security-policy: default-src 'none'"
	is "one content policy on $status $path" "$(printf '%s\n' "$head" | grep -ci '^content-security-policy:')" 1
	like "referrer policy on $status $path" "$head" '^referrer-policy: strict-origin'
	like "opener policy on $status $path" "$head" '^cross-origin-opener-policy: same-origin'
	like "request id on $status $path" "$head" '^x-request-id: [0-9a-f]{32}$'
	like "an answer on $path" "$status" '^[1-5][0-9][0-9]$'
	unlike "no version of the server on $status $path" "$head" '^(server: .*[0-9]|x-powered-by)'
	unlike "no inline code allowed on $status $path" "$head" "unsafe-inline.*script|script-src[^;]*unsafe"
done

# ---- methods ----
for method in FOO TRACE PROPFIND CONNECT; do
	get /courses -X $method
	like "$method is refused" "$status" '^(400|405)$'
done
get / -X HEAD -I
is "HEAD answers like GET" "$status" 200
is "HEAD sends no body" "$(wc -c <"$work/body" | tr -d ' ')" "$(wc -c <"$work/head" | tr -d ' ')"

# ---- limits before the host ----
get "/$(head -c 9000 /dev/zero | tr '\0' a)"
is "a long address is 414" "$status" 414
get / -H "X-Long: $(head -c 9000 /dev/zero | tr '\0' a)"
is "a long header is 400" "$status" 400
head -c 2000000 /dev/zero >"$work/two"
get /signin -X POST --data-binary @"$work/two"
is "a big body is 413" "$status" 413
get /api/v1/signin -X POST --data-binary @"$work/two"
is "a big body of the API is 413" "$status" 413
like "and a problem document" "$(header content-type)" 'application/problem\+json'
like "that names its request" "$body" '"requestId":"[0-9a-f]{32}"'
for path in /measure /teaching /administrator /accounts; do
	get $path -X POST --data-binary @"$work/two"
	is "$path is not the folder that it begins like: a big body is 413" "$status" 413
done
for path in /me/avatar /teach/import /admin/courses; do
	get $path -X POST --data-binary @"$work/two"
	unlike "a big body reaches the host at $path" "$status" '^(413|5..)$'
done
head -c 11000000 /dev/zero >"$work/eleven"
get /teach/import -X POST --data-binary @"$work/eleven"
unlike "a course of 11 MB reaches the host" "$status" '^(413|5..)$'
get /teach/imports -X POST --data-binary @"$work/eleven"
is "its neighbour takes no course" "$status" 413
for path in /teach /admin /me /account; do
	get $path
	unlike "$path is not sent to $path/" "$(header location)" "$path/\$"
done

# ---- places that are nobody's business ----
get /.git/config
is "dot files are not there" "$status" 404
get /protected/anything
is "stored files are not reachable by address" "$status" 404
get '/static/../nginx.conf' --path-as-is
like "no way out of the static folder" "$status" '^(400|404)$'
get '/static/%2e%2e/%2e%2e/host.conf' --path-as-is
like "not by escapes either" "$status" '^(400|404)$'

# ---- who pays us through nobody has no messages of theirs ----
for provider in stripe paystack; do
	get "/api/v1/webhooks/$provider" -X POST -H 'Content-Type: application/json' -d '{"id":"evt_1"}'
	is "messages of $provider, which is not configured, have no place here" "$status" 404
done

# ---- errors fit the client ----
get /static/none.css -H 'Accept: application/json'
like "an error is a problem document for JSON clients" "$(header content-type)" 'problem\+json'
get /static/none.css -H 'Accept: text/html'
like "and a page for browsers" "$(header content-type)" 'text/html'
like "the page names its request" "$body" '<code>[0-9a-f]{32}</code>'

# ---- assets ----
get /courses
css=$(printf '%s' "$body" | sed -n 's/.*<link rel="stylesheet" href="\([^"]*\)".*/\1/p' | head -n 1)
like "the page names a style sheet by its content" "$css" '^/static/css/.*[.-][0-9a-f]{8,}\.css$'
get "$css" -H 'Accept-Encoding: br'
is "the style sheet is there" "$status" 200
like "for ever" "$(header cache-control)" 'immutable'
is "compressed once, with brotli" "$(header content-encoding)" br
get "$css" -H 'Accept-Encoding: gzip'
is "or gzip" "$(header content-encoding)" gzip
get /courses -H 'Accept-Encoding: gzip'
is "pages are compressed" "$(header content-encoding)" gzip
like "and vary by it" "$head" '^vary:.*accept-encoding'

# ---- health ----
get /livez && is "livez" "$status" 200
get /readyz && is "readyz" "$status" 200
get /metrics && is "metrics" "$status" 200
like "metrics are OpenMetrics" "$body" '# EOF'

# ---- the page cache never mixes people ----
get /courses -H 'Cookie: sid=0000000000000000000000000000000000000000000'
unlike "a page for a session is not shared" "$(header cache-control)" 'public|s-maxage'
finish
