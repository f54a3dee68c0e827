# shellcheck shell=bash
# Writes the host's configuration, the master key and nginx's private files.

folders() {
	mkdir -p "$state/nginx" "$state/mail" "$state/protected" "$state/key" "$state/tls"
	chmod 711 "$state/key"
	chmod 700 "$state/tls"
	# nginx makes its socket for everybody: this folder is for the workers alone.
	mkdir -p "$run/live"
	own "$host_user" "$state/mail" "$state/protected" "$run/live"
	chmod 700 "$run/live"
	chmod 750 "$state/mail"
	chmod 755 "$state/protected"
	if [ ! -s "$state/key/master.key" ]; then
		(umask 077 && head -c 32 /dev/urandom >"$state/key/master.key.tmp") &&
			[ "$(stat -c %s "$state/key/master.key.tmp")" = 32 ] ||
			die "the key file could not be written." "Is the disk full? Try: df -h $state"
		own "$host_user" "$state/key/master.key.tmp"
		mv "$state/key/master.key.tmp" "$state/key/master.key"
	fi
}

# write FILE: standard input becomes FILE, at once and only when different.
write() {
	local text
	text=$(cat && printf x) || die "cannot read what belongs into $1."
	write_text "$1" "${text%x}"
}

# write_text FILE TEXT: without processes; a start writes some fifty files. Sets
# written when FILE was another.
write_text() {
	local old=
	if [ -f "$1" ]; then
		IFS= read -r -d '' old <"$1"
		[ "$old" != "$2" ] || return 0
	fi
	written=yes
	printf '%s' "$2" >"$1.tmp" && mv "$1.tmp" "$1" ||
		die "cannot write $1." "Is the disk full? Try: df -h $state"
}

# Settings of one's own in var/local.conf win over these.
host_configure() {
	local key line helper local_conf=${local_conf:-$state/local.conf}
	{
		echo "# Written by ./dev at each start; settings of your own go to $local_conf."
		{
			cat <<TEXT
development = ${DEV_DEVELOPMENT:-1}
base_url = $address
run_dir = $run
log_dir = $log
module_dir = $modules
template_dir = $templates
static_dir = $state/assets/static
message_dir = $messages
protected_dir = $state/protected
key_file = $state/key/master.key
web_user = $host_user
database = host=$run/pg dbname=$database_name
mail_dir = $state/mail
TEXT
			if [ -n "${DEV_CLOCK:-}" ]; then echo "clock_file = $state/clock"; fi
			for helper in highlight math drawing image; do
				[ ! -x "$helpers/$helper" ] || echo "helper_$helper = $helpers/$helper"
			done
			[ ! -x "${document:-}" ] || echo "helper_document = $document"
			if is_root && [ "${one_user:-no}" = no ]; then
				for key in web auth pay slow jobs; do echo "pool.$key.user = $host_user"; done
			fi
		} | while IFS= read -r line; do
			key=${line%% =*}
			grep -qs "^$key *=" "$local_conf" || printf '%s\n' "$line"
		done
		if [ -s "$local_conf" ]; then cat "$local_conf"; fi
	} | write "$conf_file"
}

# The host's binary with our configuration.
host() { "$host_binary" -c "$conf_file" "$@"; }

nginx_module() {
	local file=/usr/lib/nginx/modules/$1
	[ -e "$file" ] && printf 'load_module %s;\n' "$file"
}

nginx_configure() {
	local modules_text user='' tls='' listen="${listen_on:-127.0.0.1}:$port" clear='' brotli='' compressed=''
	local live_location='' live_server='' file limit target
	command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] ||
		die "nginx is missing." "apt-get install nginx"
	mkdir -p "$nginx_conf" "$state/nginx/_error" "$state/nginx/cache"
	modules_text=$(for file in ngx_http_brotli_filter_module ngx_http_brotli_static_module \
		ngx_http_headers_more_filter_module ngx_nchan_module; do nginx_module $file.so; done)
	compressed='gzip_static on;'
	case $modules_text in *brotli_static*) compressed="$compressed brotli_static on;" ;; esac
	case $modules_text in *brotli_filter*)
		brotli='brotli on; brotli_comp_level 1; brotli_min_length 700; brotli_types text/css text/javascript text/plain text/csv text/markdown application/json application/problem+json application/manifest+json image/svg+xml;'
		;;
	esac
	case $modules_text in *headers_more*) clear='more_clear_headers Server;' ;; esac
	case $modules_text in *nchan*)
		live_location="include $nginx_conf/live.conf;"
		live_server="include $nginx_conf/publish.conf;"
		;;
	esac
	if is_root && [ "${one_user:-no}" = no ]; then user="user $host_user;"; fi
	if [ "$tls_wanted" = yes ]; then
		tls_certificate
		listen="$listen ssl http2"
		tls="include $nginx_conf/tls.conf;"
	fi
	limit=$(ulimit -Hn)
	case $limit in unlimited) limit=20000 ;; esac
	[ "$limit" -le 20000 ] || limit=20000
	local connections=8192
	[ $connections -lt $((limit / 2)) ] || connections=$((limit / 2))
	written=no
	nginx_pools
	for file in "$root"/nginx/*.conf.in; do
		target=${file##*/}
		target=$nginx_conf/${target%.in}
		[ "$target" != "$nginx_conf/pools.conf" ] || continue
		fill "$file" LOAD_MODULES "$modules_text" USER "$user" STATE "$state" LOG "$log" RUN "$run" \
			CONF "$nginx_conf" NOFILE "$limit" CONNECTIONS "$connections" \
			CLEAR_SERVER "$clear" REAL_IP "${DEV_REAL_IP:-}" LISTEN "$listen" TLS "$tls" \
			BROTLI "$brotli" STATIC_COMPRESSED "$compressed" STATIC_ROOT "$state/assets" \
			PROTECTED "$state/protected" LIVE_LOCATION "$live_location" \
			LIVE_SERVER "$live_server" HEALTH_ALLOW "" HSTS "${hsts:-}" FILE_CACHE 1s \
			TLS_CERTIFICATE "${certificate:-$state/tls/certificate.pem}" \
			TLS_KEY "${certificate_key:-$state/tls/key.pem}" \
			RATE "${DEV_RATE:-100}" BURST "${DEV_BURST:-300}" \
			AUTH_RATE "${DEV_AUTH_RATE:-5}" AUTH_BURST "${DEV_AUTH_BURST:-20}" \
			PER_ADDRESS "${DEV_PER_ADDRESS:-200}"
		write_text "$target" "$filled"
	done
	error_pages "$state/nginx/_error"
	# What nginx has accepted once, word for word, it need not read twice.
	[ $written = yes ] || [ ! -e "$nginx_conf/.accepted" ] || return 0
	rm -f "$nginx_conf/.accepted"
	"$(nginx_binary)" -t -q -e "$log/nginx-error.log" -c "$nginx_conf/nginx.conf" \
		>"$log/nginx-check.log" 2>&1 9>&- || {
		tail -n 8 "$log/nginx-check.log" | sed 's/^/    | /' >&2
		disk_full_hint "$state"
		die "nginx refuses its configuration (see above)." "Files: $nginx_conf"
	}
	: >"$nginx_conf/.accepted"
}

nginx_binary() { command -v nginx || printf '/usr/sbin/nginx\n'; }

# fill FILE NAME VALUE …: sets filled to the text of FILE with each @NAME@ replaced.
fill() {
	IFS= read -r -d '' filled <"$1"
	shift
	while [ $# -gt 0 ]; do
		filled=${filled//"@$1@"/"$2"}
		shift 2
	done
}

# The routes know their pools; without a list sign-in alone has its own.
nginx_pools() {
	local lines
	lines=$(host routes --nginx 2>>"$log/routes.log") || lines=
	case $lines in
	*'$pool {'*) lines+=$'\n'$(sed -n '/^map \$status/,$p' "$root/nginx/pools.conf.in") ;;
	*) lines=$(cat "$root/nginx/pools.conf.in") ;;
	esac
	write_text "$state/nginx/pools.conf" "$lines"$'\n'
}

# error_pages DIR: one HTML and one JSON file per status of nginx/errors.tsv.
error_pages() {
	local status title what next text
	while IFS=$'\t' read -r status title what next; do
		fill "$root/nginx/error.html.in" STATUS "$status" TITLE "$title" WHAT "$what" NEXT "$next"
		write_text "$1/$status.html" "$filled"
		printf -v text '{"type":"about:blank","title":"%s","status":%s,"detail":"%s","code":"%s","requestId":"%s"}\n' \
			"$title" "$status" "$what $next" "http_$status" '<!--# echo var="request_id" -->'
		write_text "$1/$status.json" "$text"
	done <"$root/nginx/errors.tsv"
	chmod -R a+rX "$1"
}

tls_certificate() {
	[ -z "${certificate:-}" ] || return 0
	if [ -s "$state/tls/certificate.pem" ] &&
		openssl x509 -checkend 86400 -noout -in "$state/tls/certificate.pem" >/dev/null 2>&1; then
		return 0
	fi
	step "Making a certificate for localhost"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
		-subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
		-keyout "$state/tls/key.pem" -out "$state/tls/certificate.pem" >"$log/tls.log" 2>&1 ||
		die "the certificate could not be made." "Log: $log/tls.log"
	chmod 600 "$state/tls/key.pem"
}
