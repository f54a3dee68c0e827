{{!-- GET /courses/:slug: one course.
view.slug .code .title .summary .category .level .language .minutes .lessons .tone .pattern .students
    .updatedAt (time) .rating .ratings .price .free
view.categoryHref  catalogue with this category
view.description   html leaf
view.instructor    .name .avatar .initials .bio
view.outcomes.N .requirements.N .skills.N    text items
view.licence       .name .url .attribution ; view.source .name .url when imported
view.modules.N     .title .summary .minutes .count (of lessons) .lessons.N: .slug .title .type .minutes .preview .done .open
                   (open: this person may read it now)
view.prerequisites.N .slug .title .done
view.related.N     card of macro/course.cs
view.reviews.N     .rating .comment .author .reply .createdAt ; the most helpful ones
view.state         "enrolled", "completed", "can_enrol" (free), "priced", "signin" (free, signed out), "owner", "archived"
view.enrolment     .percent .done .total .nextHref .nextTitle
view.saleOpensAt   time leaf; absent: not set yet. view.previewHref: first preview lesson
view.missing       number of prerequisites not done (enrolling is refused while > 0)
--}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/course.cs" ?><?cs include!"macro/prose.cs" ?>
<div class="wrap">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/courses", "{{nav.courses}}") ?><?cs call:crumb(view.categoryHref, view.category) ?></ol></nav>
<div class="split headed">
<header class="head"><h1><?cs var:view.title ?></h1><p class="lead"><?cs var:view.summary ?></p>
<p class="meta mt"><span>{{icon.chart}}<?cs call:level(view.level) ?></span><span>{{icon.clock}}<?cs call:duration(view.minutes) ?></span><span>{{icon.list}}{{course.lessons n=view.lessons}}</span><?cs
if:view.language ?><span>{{icon.globe}}<?cs var:view.language ?></span><?cs /if ?><?cs
if:#view.students > #0 ?><span>{{icon.users}}{{course.students n=view.students total=view.students.text}}</span><?cs /if ?><?cs
if:#view.ratings > #2 ?><span>{{icon.star}}<?cs var:view.rating ?> {{course.ratings n=view.ratings}}</span><?cs /if ?></p></header>
<aside class="aside stack" aria-label="{{course.facts}}">
<div class="card course"><?cs call:cover(view) ?><div class="body stack"><?cs
if:view.state == "enrolled" || view.state == "completed" ?>
<?cs if:view.state == "completed" ?><p class="badge good">{{icon.done}}{{course.completed}}</p><?cs /if ?><?cs call:progress(view.enrolment.percent, "{{course.progress}}") ?>
<p class="muted small">{{course.done n=view.enrolment.done total=view.enrolment.total}}</p><?cs
if:view.enrolment.nextHref ?><a class="button primary wide" href="<?cs var:url_validate(view.enrolment.nextHref) ?>"><?cs if:#view.enrolment.done > #0 ?>{{course.continue}}<?cs else ?>{{course.start}}<?cs /if ?></a><p class="small">{{course.next}} <?cs var:view.enrolment.nextTitle ?></p><?cs /if ?><?cs
if:view.state == "enrolled" ?><form method="post" action="/courses/<?cs var:view.slug ?>/drop"><?cs call:csrf() ?><button class="linkish small muted">{{course.leave}}</button></form><?cs /if ?><?cs
elif:view.state == "owner" ?><p class="muted">{{course.yours}}</p><a class="button primary wide" href="/teach/courses/<?cs var:view.slug ?>">{{teach.edit}}</a><?cs
elif:view.state == "can_enrol" && #view.missing > #0 ?><p><b>{{course.free}}</b></p><p class="muted">{{course.missing n=view.missing}}</p><?cs
elif:view.state == "can_enrol" ?><p><b>{{course.free}}</b></p><form method="post" action="/courses/<?cs var:view.slug ?>/enrol"><?cs call:csrf() ?><button class="button primary wide">{{course.enrol}}</button></form><p class="muted small">{{course.enrol.hint}}</p><?cs
elif:view.state == "signin" ?><p><b>{{course.free}}</b></p><a class="button primary wide" href="/signup">{{course.join}}</a><a class="button wide" href="/signin?next=/courses/<?cs var:url_escape(view.slug) ?>">{{course.have_account}}</a><?cs
elif:view.state == "archived" ?><p class="muted">{{course.archived}}</p><?cs
else ?><p class="num"><b><?cs var:view.price ?></b></p><?cs if:view.saleOpensAt ?><p class="muted">{{course.sale date=view.saleOpensAt.text}}</p><?cs elif:#view.missing > #0 ?><p class="muted">{{course.missing n=view.missing}}</p><?cs else ?><a class="button primary wide" href="/courses/<?cs var:view.slug ?>/buy">{{course.buy}}</a><p class="muted small">{{course.buy.hint}}</p><?cs /if ?><?cs
if:view.previewHref ?><a class="button wide" href="<?cs var:url_validate(view.previewHref) ?>">{{course.try}}</a><?cs /if ?><?cs
/if ?></div></div>
<div class="card"><dl class="facts"><dt>{{course.code}}</dt><dd><?cs var:view.code ?></dd><?cs
if:view.updatedAt ?><dt>{{course.updated}}</dt><dd><?cs call:when(view.updatedAt) ?></dd><?cs /if ?><?cs
if:view.licence.name ?><dt>{{course.licence}}</dt><dd><?cs if:view.licence.url ?><a href="<?cs var:url_validate(view.licence.url) ?>" rel="license"><?cs var:view.licence.name ?></a><?cs else ?><?cs var:view.licence.name ?><?cs /if ?></dd><?cs /if ?><?cs
if:view.source.name ?><dt>{{course.source}}</dt><dd><a href="<?cs var:url_validate(view.source.url) ?>"><?cs var:view.source.name ?></a></dd><?cs /if ?></dl><?cs
if:view.licence.attribution ?><div class="small muted mt"><?cs call:attribution(view.licence.attribution, "") ?></div><?cs /if ?></div>
</aside>
<div class="body stack stack-l"><?cs
if:subcount(view.outcomes) > #0 ?>
<section aria-labelledby="outcomes"><h2 id="outcomes">{{course.outcomes}}</h2><ul class="ticks mt"><?cs each:o = view.outcomes ?><li>{{icon.check}}<span><?cs var:o ?></span></li><?cs /each ?></ul></section><?cs /if ?>
<section aria-labelledby="outline"><h2 id="outline" class="mb">{{course.outline}}</h2><?cs
each:m = view.modules ?><details class="module"<?cs if:first(m) || view.state == "enrolled" ?> open<?cs /if ?>><summary><h3><?cs var:m.title ?></h3><span class="muted small">{{course.lessons n=m.count}} · <?cs call:duration(m.minutes) ?></span></summary><ul class="lessons"><?cs
each:l = m.lessons ?><li<?cs if:l.done ?> class="done"<?cs /if ?>><?cs call:lesson_icon(l) ?><span class="grow"><?cs if:l.open ?><a href="/courses/<?cs var:view.slug ?>/lessons/<?cs var:l.slug ?>"><?cs var:l.title ?></a><?cs else ?><?cs var:l.title ?><?cs /if ?><span class="sr"> (<?cs call:lesson_type(l.type) ?><?cs if:l.done ?>, {{lesson.done}}<?cs /if ?>)</span></span><?cs
if:l.preview && view.state != "enrolled" && view.state != "completed" ?><span class="badge accent">{{lesson.preview}}</span><?cs /if ?><?cs
if:!l.open ?>{{icon.lock}}<?cs /if ?><span class="muted small nowrap num"><?cs call:duration(l.minutes) ?></span></li><?cs /each ?></ul></details><?cs
/each ?></section><?cs
if:view.description ?>
<section aria-labelledby="about"><h2 id="about" class="mb">{{course.about}}</h2><?cs call:prose(view.description) ?></section><?cs /if ?><?cs
if:subcount(view.requirements) > #0 || subcount(view.prerequisites) > #0 ?>
<section aria-labelledby="before"><h2 id="before">{{course.before}}</h2><ul class="ticks mt"><?cs
each:p = view.prerequisites ?><li<?cs if:!p.done ?> class="todo"<?cs /if ?>><?cs if:p.done ?>{{icon.done}}<?cs else ?>{{icon.circle}}<?cs /if ?><span>{{course.prerequisite}} <a href="/courses/<?cs var:p.slug ?>"><?cs var:p.title ?></a></span></li><?cs /each ?><?cs
each:r = view.requirements ?><li class="todo">{{icon.right}}<span><?cs var:r ?></span></li><?cs /each ?></ul></section><?cs /if ?>
<section aria-labelledby="by"><h2 id="by">{{course.instructor}}</h2><div class="who mt"><?cs call:avatar(view.instructor, "large") ?><div><p><b><?cs var:view.instructor.name ?></b></p><?cs if:view.instructor.bio ?><p class="muted"><?cs var:view.instructor.bio ?></p><?cs /if ?></div></div></section><?cs
if:subcount(view.skills) > #0 ?>
<section aria-labelledby="skills"><h2 id="skills">{{course.skills}}</h2><p class="chips mt"><?cs each:s = view.skills ?><span class="chip"><?cs var:s ?></span><?cs /each ?></p></section><?cs /if ?>
</div>
</div><?cs
if:subcount(view.reviews) > #0 || view.state == "enrolled" || view.state == "completed" ?>
<section class="mtl" aria-labelledby="reviews"><div class="cardhead"><h2 id="reviews">{{review.title}}</h2><a href="/courses/<?cs var:view.slug ?>/reviews"><?cs if:#view.ratings > #0 ?>{{review.all n=view.ratings}}<?cs else ?>{{review.write}}<?cs /if ?></a></div><?cs
if:subcount(view.reviews) > #0 ?><ul class="list card"><?cs each:i = view.reviews ?><li><div class="grow"><p class="row">{{icon.star}}<b class="num"><?cs var:i.rating ?></b> <b><?cs if:i.author ?><?cs var:i.author ?><?cs else ?>{{review.someone}}<?cs /if ?></b> <span class="muted small"><?cs call:when(i.createdAt) ?></span></p><?cs if:i.comment ?><p class="wraps"><?cs var:i.comment ?></p><?cs /if ?></div></li><?cs /each ?></ul><?cs else ?><p class="muted">{{review.none}}</p><?cs /if ?></section><?cs /if ?><?cs
if:subcount(view.related) > #0 ?>
<section class="mtl" aria-labelledby="related"><h2 id="related" class="mb">{{course.related}}</h2><ul class="grid"><?cs each:c = view.related ?><?cs call:card(c) ?><?cs /each ?></ul></section><?cs /if ?>
</div>
<?cs include!"layout/foot.cs" ?>
