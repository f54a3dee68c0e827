{{!-- Charts from integers that the handler has computed; no script, a table beneath.
chart(c): c.kind "bars" or "line"; .title (says the point), .unit, .max (text of the top edge; rands
before the number, other units after it),
.items.N.label .value .x .y .w .h in a box of 1000 x 100, y down, baseline 100 (line: x, y = the
point, w = 0), .points "x,y x,y …" for a line. --}}<?cs
def:chart(c) ?><figure class="chart"><figcaption><?cs var:c.title ?></figcaption><span class="small muted num"><?cs if:c.unit == "R" ?>R<?cs var:c.max ?><?cs else ?><?cs var:c.max ?> <?cs var:c.unit ?><?cs /if ?></span>
<svg viewBox="0 0 1000 100" preserveAspectRatio="none" class="plot" role="img" aria-label="<?cs var:c.title ?>"><path class="axis" d="M0 0H1000M0 50H1000M0 100H1000"/><?cs
if:c.kind == "line" ?><polyline class="line" points="<?cs var:c.points ?>"/><?cs
else ?><?cs each:i = c.items ?><rect class="bar" x="<?cs var:#i.x ?>" y="<?cs var:#i.y ?>" width="<?cs var:#i.w ?>" height="<?cs var:#i.h ?>"><title><?cs var:i.label ?>: <?cs if:c.unit == "R" ?>R<?cs /if ?><?cs var:i.value ?></title></rect><?cs /each ?><?cs
/if ?></svg>
<p class="row row-between small muted"><?cs each:i = c.items ?><?cs if:first(i) || last(i) ?><span><?cs var:i.label ?></span><?cs /if ?><?cs /each ?></p>
<details><summary>{{chart.table}}</summary><div class="scroll"><table class="table"><thead><tr><th scope="col">{{chart.when}}</th><th scope="col" class="n"><?cs var:c.unit ?></th></tr></thead><tbody><?cs
each:i = c.items ?><tr><th scope="row"><?cs var:i.label ?></th><td class="n"><?cs if:c.unit == "R" ?>R<?cs /if ?><?cs var:i.value ?></td></tr><?cs /each ?></tbody></table></div></details></figure><?cs /def ?>
