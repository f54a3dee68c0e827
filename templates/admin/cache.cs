{{!-- GET /admin/cache; POST sets an entry. view.prefix; view.items.N .key .bytes .expiresAt .expiryUnknown --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{admin.cache.title}}</h1><?cs call:admin_tabs() ?><p class="lead">{{admin.cache.lead}}</p>
<div class="split"><div class="stack">
<form class="row" role="search" action="/admin/cache"><div class="search"><label class="sr" for="prefix">{{admin.cache.prefix}}</label>{{icon.search}}<input class="input" type="search" id="prefix" name="prefix" maxlength="250" value="<?cs var:view.prefix ?>" placeholder="{{admin.cache.prefix}}"></div><button class="button">{{nav.search.do}}</button></form><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{admin.cache.title}}</caption><thead><tr><th scope="col">{{admin.cache.key}}</th><th scope="col" class="n">{{admin.cache.bytes}}</th><th scope="col">{{admin.cache.expires}}</th><th scope="col"><span class="sr">{{admin.cache.delete}}</span></th></tr></thead><tbody><?cs
each:e = view.items ?><tr><th scope="row"><code><?cs var:e.key ?></code></th><td class="n" data-label="{{admin.cache.bytes}}"><?cs var:e.bytes.text ?></td><td data-label="{{admin.cache.expires}}"><?cs if:e.expiresAt ?><?cs call:when(e.expiresAt) ?><?cs elif:e.expiryUnknown ?>{{admin.cache.untold}}<?cs else ?>{{admin.never}}<?cs /if ?></td><td><form method="post" action="/admin/cache/delete"><?cs call:csrf() ?><input type="hidden" name="key" value="<?cs var:e.key ?>"><button class="button small">{{admin.cache.delete}}</button></form></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?>
<form method="post" action="/admin/cache/clear"><?cs call:csrf() ?><input type="hidden" name="prefix" value="<?cs var:view.prefix ?>"><button class="button danger"><?cs if:view.prefix ?>{{admin.cache.clear_prefix}}<?cs else ?>{{admin.cache.clear}}<?cs /if ?></button></form><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("server", "{{admin.cache.none}}", "{{admin.cache.none.hint}}", "", "") ?><?cs /if ?></div>
<aside class="aside" aria-label="{{admin.cache.set}}"><form class="card stack" method="post" action="/admin/cache"><h2>{{admin.cache.set}}</h2><?cs call:error_summary() ?><?cs call:csrf() ?><?cs
call:field("text", "key", "{{admin.cache.key}}", "", "", "off", #1, #250) ?><?cs
call:area("value", "{{admin.cache.value}}", "", "", #4, #20000) ?><?cs
call:field("number", "ttl", "{{admin.cache.ttl}}", "{{admin.cache.ttl.hint}}", "3600", "off", #1, #0) ?><button class="button primary">{{admin.cache.set}}</button></form></aside></div>
</div></div>
<?cs include!"layout/foot.cs" ?>
