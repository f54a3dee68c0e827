/* Profile, settings, pictures; who sees what. */
#include "account_kit.h"

#include <stdio.h>
#include <string.h>

#include "conf.h"

TestSuite(account_profile, .init = world_begin, .fini = world_end);

/* ---- profile and settings ---- */

Test(account_profile, keeps_a_profile_sealed_and_shows_it_to_its_owner)
{
	struct reply r = post_as(ANN, "/me/profile", "name=Ann+%C3%85kesson&zone=Europe%2FParis"
	    "&bio=Line+one%0D%0Aline+two&location=Durban");

	cr_expect_eq(r.status, 303);
	r = get_as(ANN, "/me/profile");
	cr_expect(strstr(r.json, "\"name\":\"Ann \xc3\x85kesson\""), "%s", r.json);
	cr_expect(strstr(r.json, "\"bio\":\"Line one\\nline two\""));
	cr_expect(strstr(r.json, "\"zone\":\"Europe/Paris\""));
	cr_expect_not(strstr(r.json, "zones"), "choices are for the page");
	cr_expect(strstr(r.html, "Durban"));
	cr_expect_eq(count("identity.profile where position('Durban'::bytea in location_ct) > 0"), 0);
	cr_expect_eq(count("identity.profile where location_ct is not null"), 1);
	cr_expect_eq(post_as(ANN, "/me/profile", "name=&zone=Mars%2FOlympus").status, 422);
	cr_expect_not(strstr(get_as(BOB, "/me/profile").json, "Durban"));
}

Test(account_profile, an_educator_publishes_and_withdraws_a_page)
{
	const char *page = arena_printf(kit_arena(), "/educators/%s", person_id(EVE));

	cr_expect_eq(get(page).status, 404);
	cr_expect_eq(post_as(ANN, "/me/profile/public", "publish=1&headline=x").status, 403);
	cr_expect_eq(post_as(EVE, "/me/profile/public",
	    "publish=1&headline=Teaches+%3Cb%3E&publicBio=Hello").status, 303);
	cr_expect(strstr(get(page).html, "Teaches &lt;b&gt;"));
	cr_expect_eq(post_as(EVE, "/me/profile", "name=Eve+Evans&zone=UTC").status, 303);
	cr_expect(strstr(get(page).html, "Eve Evans"));
	cr_expect_eq(post_as(EVE, "/me/profile/public", "headline=x").status, 303);
	cr_expect_eq(get(page).status, 404);
}

Test(account_profile, keeps_settings_and_gives_them_to_the_next_browser)
{
	struct browser b = { 0 };
	struct reply r = post_as(ANN, "/me/settings", "locale=zu-ZA&theme=dark&fontScale=130"
	    "&highContrast=1&pace=RELAXED&learningStyle=VISUAL&dailyMinutes=45&mailNews=1"
	    "&goals=Say+%22hello%22+%5C+in+isiZulu");

	cr_expect_eq(r.status, 303);
	cr_expect(strstr(r.head, "prefs=dark.more.xl."));
	r = get_as(ANN, "/me/settings");
	cr_expect(strstr(r.json, "\"dailyMinutes\":45"), "%s", r.json);
	cr_expect(strstr(r.json, "\"goals\":\"Say \\\"hello\\\" \\\\ in isiZulu\""), "%s", r.json);
	cr_expect(strstr(r.json, "\"learningStyle\":\"VISUAL\""));
	cr_expect(strstr(r.json, "\"highContrast\":true"));
	cr_expect(strstr(r.json, "\"courses\":false"));
	cr_expect(strstr(r.html, "lang=\"zu\""));
	cr_expect_eq(count("identity.profile where position('hello'::bytea in learning_ct) > 0"), 0);
	try_signin(&b, "ann%40example.org", "Ann+Archer+likes+tall+trees");
	cr_expect(strstr(browse(&b, "GET", "/me", NULL).head, "prefs=dark.more.xl."));
	cr_expect_eq(post_as(ANN, "/me/settings", "dailyMinutes=4&theme=neon").status, 422);
	cr_expect(strstr(api_get_as(ANN, "/me/settings").json, "\"dailyMinutes\":45"));
}

/* ---- pictures ---- */

static uint32_t
crc_of(const unsigned char *p, size_t n)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static size_t
chunk(unsigned char *out, const char *type, const void *data, uint32_t n)
{
	uint32_t crc;

	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(n >> (24 - 8 * i));
	memcpy(out + 4, type, 4);
	if (n)
		memcpy(out + 8, data, n);
	crc = crc_of(out + 4, n + 4);
	for (int i = 0; i < 4; i++)
		out[8 + n + (unsigned)i] = (unsigned char)(crc >> (24 - 8 * i));
	return n + 12;
}

/* A picture of w x h with a secret beside its pixels. */
static size_t
png(unsigned char *out, unsigned w, unsigned h)
{
	unsigned char header[13] = { (unsigned char)(w >> 24), (unsigned char)(w >> 16),
		(unsigned char)(w >> 8), (unsigned char)w, (unsigned char)(h >> 24),
		(unsigned char)(h >> 16), (unsigned char)(h >> 8), (unsigned char)h, 8, 2, 0, 0, 0 };
	size_t n = 8;

	memcpy(out, "\x89PNG\r\n\x1a\n", 8);
	n += chunk(out + n, "IHDR", header, 13);
	n += chunk(out + n, "tEXt", "Comment\0GPS of my home", 22);
	n += chunk(out + n, "eXIf", "MM\0*\0\0\0\x08GPS", 11);
	n += chunk(out + n, "IDAT", "pixels", 6);
	n += chunk(out + n, "IEND", NULL, 0);
	memcpy(out + n, "<script>hidden</script>", 23);
	return n + 23;
}

static struct reply
upload(enum who who, const void *data, size_t size)
{
	return upload_as(who, "/me/avatar", NULL, "file", "../../me.php", data, size);
}

static const char *
stored_file(enum who who, size_t *size)
{
	const char *path = arena_printf(kit_arena(), "%s/%s", conf->protected_dir,
	    value("select avatar from identity.profile where person_id = '%s'", person_id(who)));
	char *data = arena_alloc(kit_arena(), 1 << 20);
	FILE *f = fopen(path, "re");

	cr_assert(f, "%s", path);
	*size = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

Test(account_profile, a_picture_keeps_its_pixels_and_nothing_else)
{
	unsigned char data[600];
	const char *file;
	size_t size;
	struct reply r = upload(ANN, data, png(data, 640, 480));

	cr_assert_eq(r.status, 303, "%d", r.status);
	file = stored_file(ANN, &size);
	cr_expect_eq(memmem(file, size, "GPS", 3), NULL);
	cr_expect_eq(memmem(file, size, "script", 6), NULL);
	cr_expect_neq(memmem(file, size, "pixels", 6), NULL);
	cr_expect_not(strstr(value("select avatar from identity.profile where avatar is not null"),
	    "me.php"));
	r = get_as(ANN, arena_printf(kit_arena(), "/avatars/%s?v=x", person_id(ANN)));
	cr_expect(strstr(r.head, "X-Accel-Redirect: /protected/avatars/"));
	cr_expect(strstr(r.head, "Content-Type: image/png"));
	cr_expect(strstr(get_as(ANN, "/me/profile").html, arena_printf(kit_arena(),
	    "src=\"/avatars/%s?v=", person_id(ANN))), "another picture gets another address");
}

Test(account_profile, a_picture_is_seen_by_its_owner_and_by_those_who_teach)
{
	unsigned char data[600];
	const char *path = arena_printf(kit_arena(), "/avatars/%s", person_id(ANN));

	upload(ANN, data, png(data, 64, 64));
	cr_expect_eq(get_as(ANN, path).status, 200);
	cr_expect_eq(get_as(EVE, path).status, 200);
	cr_expect_eq(get_as(ADA, path).status, 200);
	cr_expect_eq(get_as(BOB, path).status, 404);
	cr_expect_eq(get(path).status, 404);
	cr_expect_eq(get_as(BOB, "/avatars/018f0000-0000-7000-8000-000000000000").status, 404);
	cr_expect_eq(get_as(BOB, "/avatars/..%2f..%2fkey").status, 404);
	cr_expect_eq(post_as(ANN, "/me/avatar/remove", "").status, 303);
	cr_expect_eq(get_as(ANN, path).status, 404);
}

Test(account_profile, refuses_what_is_no_picture)
{
	static const struct { const char *data; size_t size; } bad[] = {
		{ "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 59 },
		{ "GIF89a\1\0\1\0\0\0\0;............", 26 },
		{ "\x89PNG\r\n\x1a\n-------------------------------", 39 },
		{ "\xff\xd8\xff\xe0\xff\xff------------------------", 30 },
		{ "\xff\xd8\xff\xd9----------------------------", 32 },
		{ "RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff--------", 28 },
		{ "RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0////////", 28 },
		{ "%PDF-1.7 ------------------------", 33 }, { "x", 1 } };
	unsigned char data[600];
	size_t n;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct reply r = upload(ANN, bad[i].data, bad[i].size);

		cr_expect_eq(r.status, 422, "%zu: %d", i, r.status);
		cr_expect(strstr(r.html, "value=\"Ann Archer\""), "the other forms keep their values");
	}
	cr_expect_eq(upload(ANN, data, png(data, 63, 63)).status, 422);
	cr_expect_eq(upload(ANN, data, png(data, 4097, 100)).status, 422);
	cr_expect_eq(upload(ANN, data, png(data, 0, 0x80000000u)).status, 422);
	n = png(data, 100, 100);
	data[30] ^= 1;
	cr_expect_eq(upload(ANN, data, n).status, 422, "a broken check sum");
	for (size_t cut = 9; cut < 120; cut += 7) {
		png(data, 100, 100);
		cr_expect_eq(upload(ANN, data, cut).status, 422, "cut at %zu", cut);
	}
	cr_expect_eq(count("identity.profile where avatar is not null"), 0);
}

Test(account_profile, a_photograph_loses_its_place_but_stays_upright)
{
	static const unsigned char exif[] = { 0xff, 0xe1, 0, 42, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42,
		0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 'G', 'P', 'S',
		'!', '!', '!', '!', '!' };
	static const unsigned char rest[] = { 0xff, 0xfe, 0, 8, 's', 'e', 'c', 'r', 'e', 't',
		0xff, 0xc0, 0, 11, 8, 0, 200, 0, 100, 1, 1, 0x11, 0,
		0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 'p', 'i', 'x', 0xff, 0x00, 0xff, 0xd0, 'e', 'l',
		0xff, 0xd9, 'h', 'i', 'd', 'd', 'e', 'n' };
	unsigned char data[200] = { 0xff, 0xd8 };
	const char *file;
	size_t size;

	memcpy(data + 2, exif, sizeof exif);
	memcpy(data + 2 + sizeof exif, rest, sizeof rest);
	cr_assert_eq(upload(ANN, data, 2 + sizeof exif + sizeof rest).status, 303);
	file = stored_file(ANN, &size);
	cr_expect_eq(memmem(file, size, "GPS", 3), NULL);
	cr_expect_eq(memmem(file, size, "secret", 6), NULL);
	cr_expect_eq(memmem(file, size, "hidden", 6), NULL);
	cr_expect_neq(memmem(file, size, "pix\xff\x00\xff\xd0" "el\xff\xd9", 11), NULL);
	cr_expect_neq(memmem(file, size, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06", 10), NULL);
}

Test(account_profile, takes_every_kind_of_picture_and_keeps_no_secret_of_it)
{
	static const char *const names[] = { "plain.png", "turned.jpg", "progressive.jpg", "lossy.webp",
		"lossless.webp", "alpha.webp" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		FILE *f = fopen(arena_printf(kit_arena(), SOURCE_DIR "/tests/fuzz/corpus/account_image/%s",
		    names[i]), "re");
		char data[1000];
		const char *file;
		size_t size;

		cr_assert(f, "%s", names[i]);
		size = fread(data, 1, sizeof data, f);
		fclose(f);
		cr_expect_eq(upload(ANN, data, size).status, 303, "%s", names[i]);
		file = stored_file(ANN, &size);
		cr_expect_eq(memmem(file, size, "secret", 6), NULL, "%s", names[i]);
		cr_expect_eq(memmem(file, size, "hidden", 6), NULL, "%s", names[i]);
		cr_expect_eq(memmem(file, size, "tail", 4), NULL, "%s", names[i]);
	}
}

Test(account_profile, refuses_pictures_beyond_two_mebibytes)
{
	size_t size = 2 * 1024 * 1024 + 1;
	unsigned char *data = arena_alloc(kit_arena(), size);

	memcpy(data, "\x89PNG\r\n\x1a\n", 8);
	cr_expect_eq(upload(ANN, data, size).status, 422);
	size = 2 * 1024 * 1024 + 9000;
	data = arena_alloc(kit_arena(), size);
	cr_expect_eq(upload(ANN, data, size).status, 413);
}

/* ---- words ---- */

Test(account_profile, pages_open_in_both_languages_without_a_missing_word)
{
	static const char *const pages[] = { "/signup", "/signin", "/verify", "/verify/again",
		"/password/reset", "/password/reset?sent=1", "/password/reset/confirm" };
	static const char *const own[] = { "/me/profile", "/me/settings", "/me/sessions",
		"/me/password", "/verify/again" };
	static const char *const zulu[] = { "HTTP_ACCEPT_LANGUAGE=zu", NULL };

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		cr_expect_eq(get(pages[i]).status, 200, "%s", pages[i]);
		cr_expect_eq(request(NOBODY, "GET", pages[i], NULL, NULL, 0, zulu).status, 200);
		cr_expect_not(strstr(get(pages[i]).html, "{{"));
	}
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		struct reply r = get_as(ANN, own[i]);

		cr_expect_eq(r.status, 200, "%s", own[i]);
		cr_expect_not(strstr(r.html, "{{"));
		cr_expect(strstr(r.head, "no-store"), "%s", own[i]);
	}
}
