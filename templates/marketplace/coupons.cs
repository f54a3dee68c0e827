{{!-- GET, POST /teach/coupons: params code, kind (PERCENT FIXED), percent, amount, course, uses, perPerson, starts,
ends. view.items.N .id .code .kind .percent .amount .course .used .uses .perPerson .startsAt .endsAt .active .over
.off; view.form.courses.N .value .label --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/market.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{coupon.title}}</h1><?cs call:sell_tabs() ?><?cs call:error_summary() ?><?cs
if:subcount(view.items) > #0 ?><table class="table cards"><caption class="sr">{{coupon.title}}</caption><thead><tr><th scope="col">{{coupon.code}}</th><th scope="col">{{coupon.off}}</th><th scope="col">{{coupon.course}}</th><th scope="col">{{coupon.used}}</th><th scope="col">{{coupon.ends}}</th><th scope="col"><span class="sr">{{coupon.switch}}</span></th></tr></thead><tbody><?cs
each:c = view.items ?><tr><th scope="row"><b><?cs var:c.code ?></b> <?cs if:c.active ?><span class="badge good">{{coupon.active}}</span><?cs elif:c.over ?><span class="badge">{{coupon.over}}</span><?cs else ?><span class="badge">{{coupon.inactive}}</span><?cs /if ?></th><td data-label="{{coupon.off}}" class="num"><?cs if:c.kind == "PERCENT" ?><?cs var:c.percent ?> %<?cs else ?><?cs var:c.amount ?><?cs /if ?></td><td data-label="{{coupon.course}}"><?cs if:c.course ?><?cs var:c.course ?><?cs else ?>{{coupon.all}}<?cs /if ?></td><td data-label="{{coupon.used}}" class="num"><?cs var:c.used ?><?cs if:c.uses ?> / <?cs var:c.uses ?><?cs /if ?></td><td data-label="{{coupon.ends}}"><?cs if:c.endsAt ?><?cs call:date(c.endsAt) ?><?cs else ?>–<?cs /if ?></td><td><?cs if:!c.over ?><form method="post" action="/teach/coupons/<?cs var:c.id ?>"><?cs call:csrf() ?><?cs if:c.active ?><button class="button small" name="active" value="0">{{coupon.stop}}<span class="sr"> <?cs var:c.code ?></span></button><?cs else ?><button class="button small" name="active" value="1">{{coupon.start}}<span class="sr"> <?cs var:c.code ?></span></button><?cs /if ?></form><?cs /if ?></td></tr><?cs /each ?></tbody></table><?cs
else ?><p class="muted">{{coupon.none}}</p><?cs /if ?>
<section aria-labelledby="new"><h2 id="new" class="mb">{{coupon.new}}</h2><form class="form card" method="post" action="/teach/coupons"><?cs call:csrf() ?>
<div class="grid-2"><?cs call:field("text", "code", "{{coupon.code}}", "{{coupon.code.hint}}", "", "off", #1, #20) ?>
<div class="field"><label for="f-course">{{coupon.course}}</label><select class="input" id="f-course" name="course"><option value="">{{coupon.all}}</option><?cs each:o = view.form.courses ?><option value="<?cs var:o.value ?>"<?cs if:page.values.course == o.value ?> selected<?cs /if ?>><?cs var:o.label ?></option><?cs /each ?></select></div></div>
<div class="field"><span class="label" id="kind">{{coupon.kind}}</span><div class="options" role="radiogroup" aria-labelledby="kind"><?cs call:radio("kind", "PERCENT", "{{coupon.PERCENT}}", "", "PERCENT") ?><?cs call:radio("kind", "FIXED", "{{coupon.FIXED}}", "", "") ?></div></div>
<div class="grid-2"><?cs call:field("number", "percent", "{{coupon.percent}}", "", "", "off", #0, #0) ?><?cs call:field("text", "amount", "{{coupon.amount}}", "", "", "off", #0, #14) ?></div>
<div class="grid-2"><?cs call:field("number", "uses", "{{coupon.uses}}", "{{coupon.uses.hint}}", "", "off", #0, #0) ?><?cs call:field("number", "perPerson", "{{coupon.per_person}}", "", "1", "off", #0, #0) ?></div>
<div class="grid-2"><?cs call:field("date", "starts", "{{coupon.starts}}", "", "", "off", #0, #0) ?><?cs call:field("date", "ends", "{{coupon.ends}}", "", "", "off", #0, #0) ?></div>
<div class="actions"><button class="button primary">{{coupon.make}}</button></div></form></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
