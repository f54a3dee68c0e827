{{!-- GET /home: the learner's day.
view.first        first name. view.new true when enrolled in nothing yet
view.continue     .href .lesson .course .percent .minutes .tone .pattern (absent: nothing open)
view.courses.N    .slug .title .percent .done .total .nextHref .nextTitle .completed .tone .pattern .touchedAt
view.charts.week  chart of macro/chart.cs: lessons done per day, 7 items
view.stats        .lessons .minutes .courses .streak (days)   ints
view.recommended.N cards of macro/course.cs
--}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/course.cs" ?><?cs include!"macro/chart.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{home.hello name=view.first}}</h1><?cs
if:!page.user.verified ?><div class="alert warn">{{icon.mail}}<div><p>{{me.unverified}}</p><form method="post" action="/verify/again"><?cs call:csrf() ?><button class="linkish">{{verify.again}}</button></form></div></div><?cs /if ?><?cs
if:view.continue.href ?>
<section class="card course resume" aria-labelledby="continue"><?cs call:cover(view.continue) ?><div class="body"><p class="eyebrow"><?cs var:view.continue.course ?></p><h2 id="continue"><a href="<?cs var:url_validate(view.continue.href) ?>"><?cs var:view.continue.lesson ?></a></h2><p class="meta"><span>{{icon.clock}}<?cs call:duration(view.continue.minutes) ?></span></p><?cs call:progress(view.continue.percent, "{{course.progress}}") ?><p><span class="button primary" aria-hidden="true">{{course.continue}}</span></p></div></section><?cs
elif:view.new ?><?cs call:empty("book", "{{home.new}}", "{{home.new.hint}}", "/courses", "{{home.find}}") ?><?cs /if ?><?cs
if:subcount(view.courses) > #0 ?>
<div class="split">
<section aria-labelledby="mine"><div class="cardhead"><h2 id="mine">{{home.mine}}</h2><a href="/courses">{{home.find}}</a></div><ul class="list card"><?cs
each:c = view.courses ?><li><?cs call:ring(c.percent, "{{course.progress}}") ?><div class="grow"><a href="/courses/<?cs var:c.slug ?>"><b><?cs var:c.title ?></b></a><p class="muted small"><?cs if:c.completed ?>{{course.completed}}<?cs elif:c.nextHref ?>{{course.next}} <a href="<?cs var:url_validate(c.nextHref) ?>"><?cs var:c.nextTitle ?></a><?cs else ?>{{course.done n=c.done total=c.total}}<?cs /if ?></p></div><?cs if:c.completed ?><span class="badge good">{{icon.done}}{{lesson.done}}</span><?cs elif:c.nextHref ?><a class="button small" href="<?cs var:url_validate(c.nextHref) ?>"><?cs if:#c.done > #0 ?>{{home.continue}}<?cs else ?>{{home.start}}<?cs /if ?><span class="sr"> <?cs var:c.title ?></span></a><?cs /if ?></li><?cs /each ?></ul></section>
<aside class="aside stack" aria-label="{{home.week}}"><div class="card"><?cs call:chart(view.charts.week) ?></div>
<div class="stats"><?cs call:stat("{{home.lessons}}", view.stats.lessons, "") ?><?cs call:stat("{{home.streak}}", view.stats.streak, "{{home.streak.unit}}") ?></div></aside>
</div><?cs /if ?><?cs
if:subcount(view.recommended) > #0 ?>
<section aria-labelledby="rec"><h2 id="rec" class="mb">{{home.recommended}}</h2><ul class="grid"><?cs each:c = view.recommended ?><?cs call:card(c) ?><?cs /each ?></ul></section><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
