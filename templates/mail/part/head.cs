{{!-- Opens the HTML part of a mail. Mail programs know neither our style sheet nor custom properties, so the
look is repeated here in plain values. page.lang, page.url (address of the site), page.title (subject). --}}<!doctype html>
<html lang="<?cs var:page.lang ?>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title><?cs var:page.title ?></title>
<style>
body { margin: 0; padding: 24px 12px; background: #faf8f4; color: #1e1b17; font: 16px/1.6 -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
.sheet { max-width: 34em; margin: 0 auto; padding: 28px; background: #ffffff; border: 1px solid #e3dcd0; border-radius: 8px; }
.brand { margin: 0 0 20px; font-weight: 600; font-size: 18px; color: #0d5f75; }
h1 { margin: 0 0 14px; font-size: 22px; line-height: 1.25; }
p { margin: 0 0 14px; }
.button { display: inline-block; padding: 11px 20px; background: #0d5f75; color: #ffffff; border-radius: 8px; font-weight: 600; text-decoration: none; }
.small { font-size: 14px; color: #625a50; }
.small a { color: inherit; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
body { background: #15161a; color: #ece8e0; }
.sheet { background: #1d1f24; border-color: #31333a; }
.brand { color: #79c8da; }
.button { background: #79c8da; color: #05242c; }
.small { color: #aca599; }
}
</style>
</head>
<body>
<div class="sheet">
<p class="brand">{{site.name}}</p>
<h1><?cs var:page.title ?></h1>
