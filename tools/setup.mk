# What has to be on the machine: Debian packages and npm packages. Repeating it costs nothing.
APT := build-essential pkg-config nodejs npm libsqlite3-dev libmicrohttpd-dev libsodium-dev libssl-dev zlib1g-dev \
	libcairo2-dev libpango1.0-dev libicu-dev libbrotli-dev libcurl4-openssl-dev libcmocka-dev fonts-dejavu-core
setup: $(B)/.apt node_modules/.stamp

$(B)/.apt: tools/setup.mk tools/apt
	@mkdir -p $(B)
	@tools/apt $(APT)
	@touch $@

node_modules/.stamp: package.json package-lock.json | $(B)/.apt
	@flock .npm.lock tools/npm-ci
