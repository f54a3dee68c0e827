{{!-- Lists. pages(p): p as view_paging() makes it. sort_th(s, text): s.href, s.dir ("asc",
"desc", "" = not sorted by it). beyond(p): instead of the items, when p.at.beyond. empty(icon, title, text, href, action). --}}<?cs
def:pages(p) ?><?cs if:#p.pages > #1 ?><nav class="pages" aria-label="{{list.pages}}"><?cs
if:p.at.prev ?><a href="<?cs var:url_validate(p.at.prev) ?>" rel="prev" aria-label="{{list.prev}}">{{icon.left}}</a><?cs /if ?><?cs
each:l = p.links ?><?cs if:l.gap ?><span>…</span><?cs elif:l.current ?><span aria-current="page"><?cs var:l.n ?></span><?cs else ?><a href="<?cs var:url_validate(l.href) ?>" aria-label="{{list.page n=l.n}}"><?cs var:l.n ?></a><?cs /if ?><?cs /each ?><?cs
if:p.at.next ?><a href="<?cs var:url_validate(p.at.next) ?>" rel="next" aria-label="{{list.next}}">{{icon.right}}</a><?cs /if ?></nav><?cs /if ?><?cs /def ?><?cs

def:beyond(p) ?><div class="empty"><?cs call:icon("search") ?><h2>{{list.beyond n=p.page}}</h2><p>{{list.beyond.pages n=p.pages}}</p><a class="button primary" href="<?cs var:url_validate(p.at.beyond) ?>">{{list.last}}</a></div><?cs /def ?><?cs

def:sort_th(s, text) ?><th scope="col"<?cs if:s.dir == "asc" ?> aria-sort="ascending"<?cs elif:s.dir == "desc" ?> aria-sort="descending"<?cs /if ?>><a href="<?cs var:url_validate(s.href) ?>"><?cs var:text ?><?cs if:s.dir == "asc" ?>{{icon.up}}<?cs elif:s.dir == "desc" ?>{{icon.down}}<?cs else ?>{{icon.sort}}<?cs /if ?></a></th><?cs /def ?><?cs

def:empty(id, title, text, href, action) ?><div class="empty"><?cs call:icon(id) ?><h2><?cs var:title ?></h2><p><?cs var:text ?></p><?cs if:href ?><a class="button primary" href="<?cs var:url_validate(href) ?>"><?cs var:action ?></a><?cs /if ?></div><?cs /def ?><?cs

def:crumb(href, text) ?><li><a href="<?cs var:url_validate(href) ?>"><?cs var:text ?></a></li><?cs /def ?><?cs

def:stat(label, value, note) ?><dl class="stat"><dt><?cs var:label ?></dt><dd><?cs if:value.text ?><?cs var:value.text ?><?cs else ?><?cs var:value ?><?cs /if ?></dd><?cs if:note ?><dd class="note"><?cs var:note ?></dd><?cs /if ?></dl><?cs /def ?>
