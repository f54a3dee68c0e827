{{!-- GET /courses (and / for a visitor): the catalogue.
view.items.N       card of macro/course.cs
view.page          view_paging()
view.q             search text; view.fuzzy = 1 when only similar words were found,
                   view.capped = 1 when the words fit more courses than a search gives
view.filtered      true when any facet or q is set
view.chips.N       active filters: .label, .query ("" or "?…": the address without it)
view.facets.{category,level,price,language,length}   .label (the chosen one; absent = none), .options.N: .label .count .query
                   .on (chosen; query drops it); counts with all other facets applied
view.sort          .label, .options.N.label .query .on
view.total         courses in all (without filters)
--}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/course.cs" ?>
<div class="wrap">
<div class="pagehead"><div><h1>{{catalogue.title}}</h1><p class="lead">{{catalogue.lead}}</p></div></div>
<form class="row mb medium" role="search" action="/courses"><div class="search"><label class="sr" for="q">{{catalogue.search}}</label>{{icon.search}}<input class="input" type="search" id="q" name="q" maxlength="100" value="<?cs var:view.q ?>" placeholder="{{catalogue.search}}"></div><?cs
if:page.values.category ?><input type="hidden" name="category" value="<?cs var:page.values.category ?>"><?cs /if ?><?cs
if:page.values.level ?><input type="hidden" name="level" value="<?cs var:page.values.level ?>"><?cs /if ?><?cs
if:page.values.price ?><input type="hidden" name="price" value="<?cs var:page.values.price ?>"><?cs /if ?><?cs
if:page.values.language ?><input type="hidden" name="language" value="<?cs var:page.values.language ?>"><?cs /if ?><?cs
if:page.values.length ?><input type="hidden" name="length" value="<?cs var:page.values.length ?>"><?cs /if ?><?cs
if:page.values.sort ?><input type="hidden" name="sort" value="<?cs var:page.values.sort ?>"><?cs /if ?><button class="button primary">{{nav.search.do}}</button></form>
<?cs def:facet(f, text) ?><?cs if:subcount(f.options) > #0 ?><details class="menu" name="facet"><summary class="button small"><?cs var:text ?><?cs if:f.label ?>: <b><?cs var:f.label ?></b><?cs /if ?>{{icon.down}}</summary><div class="panel"><?cs
each:o = f.options ?><?cs if:o.on ?><a href="/courses<?cs var:o.query ?>" aria-current="true">{{icon.check}}<?cs var:o.label ?><span class="count num"><?cs var:o.count ?></span></a><?cs
elif:o.count ?><a href="/courses<?cs var:o.query ?>"><?cs var:o.label ?><span class="count num"><?cs var:o.count ?></span></a><?cs
else ?><span class="off"><?cs var:o.label ?><span class="count">0</span></span><?cs /if ?><?cs /each ?></div></details><?cs /if ?><?cs /def ?>
<div class="filters" role="group" aria-label="{{catalogue.filters}}"><?cs
call:facet(view.facets.category, "{{facet.category}}") ?><?cs
call:facet(view.facets.level, "{{facet.level}}") ?><?cs
call:facet(view.facets.price, "{{facet.price}}") ?><?cs
call:facet(view.facets.language, "{{facet.language}}") ?><?cs
call:facet(view.facets.length, "{{facet.length}}") ?><?cs
if:subcount(view.sort.options) > #0 ?><details class="menu push" name="facet"><summary class="button small quiet">{{icon.sort}}<?cs var:view.sort.label ?></summary><div class="panel"><?cs
each:o = view.sort.options ?><a href="/courses<?cs var:o.query ?>"<?cs if:o.on ?> aria-current="true"<?cs /if ?>><?cs var:o.label ?></a><?cs /each ?></div></details><?cs /if ?></div>
<div class="row mt mb"><p class="muted small" role="status">{{catalogue.count n=view.page.total total=view.page.total.text}}</p><?cs
if:subcount(view.chips) > #0 ?><div class="chips"><?cs each:c = view.chips ?><a class="chip on" href="/courses<?cs var:c.query ?>"><span class="sr">{{catalogue.remove}}</span><?cs var:c.label ?>{{icon.x}}</a><?cs /each ?><a class="chip" href="/courses">{{catalogue.clear}}</a></div><?cs /if ?></div><?cs
if:view.fuzzy ?><div class="alert mb">{{icon.info}}<p>{{catalogue.fuzzy q=view.q}}</p></div><?cs /if ?><?cs
if:view.capped ?><div class="alert mb">{{icon.info}}<p>{{catalogue.capped}}</p></div><?cs /if ?><?cs
if:subcount(view.items) > #0 ?>
<ul class="grid"><?cs each:c = view.items ?><?cs call:card(c) ?><?cs /each ?></ul>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
elif:view.filtered ?><?cs call:empty("search", "{{catalogue.none}}", "{{catalogue.none.hint}}", "/courses", "{{catalogue.clear}}") ?><?cs
else ?><?cs call:empty("book", "{{catalogue.empty}}", "{{catalogue.empty.hint}}", "", "") ?><?cs
/if ?>
</div>
<?cs include!"layout/foot.cs" ?>
