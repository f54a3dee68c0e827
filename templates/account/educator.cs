{{!-- GET /educators/:person: what an educator published. view .name .initials .avatar .headline .bio,
.courses.N cards of macro/course.cs (may be absent) --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/course.cs" ?>
<div class="wrap"><div class="stack stack-l">
<header class="who"><?cs call:avatar(view, "large") ?><div><h1><?cs var:view.name ?></h1><?cs if:view.headline ?><p class="lead"><?cs var:view.headline ?></p><?cs /if ?></div></header><?cs
if:view.bio ?><p class="medium pre"><?cs var:view.bio ?></p><?cs /if ?><?cs
if:subcount(view.courses) > #0 ?><section aria-labelledby="courses"><h2 id="courses" class="mb">{{educator.courses}}</h2><ul class="grid"><?cs each:c = view.courses ?><?cs call:card(c) ?><?cs /each ?></ul></section><?cs
else ?><p><a href="/courses">{{nav.courses}}</a></p><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
