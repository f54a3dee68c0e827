{{!-- GET, POST /courses/:slug/reviews: params rating, comment. view.slug .title .count .rating .mayReview .mayReply
.mayVote; view.own .rating .comment .hidden; view.stars.N .stars .count .percent; view.items.N .id .rating .comment
.author .bought .helpful .reply .repliedAt .edited .createdAt .own .voted; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/market.cs" ?>
<div class="wrap"><div class="stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/courses", "{{nav.courses}}") ?><li><a href="/courses/<?cs var:view.slug ?>"><?cs var:view.title ?></a></li></ol></nav>
<h1>{{review.title}}</h1><?cs call:error_summary() ?>
<div class="split"><div class="stack stack-l"><?cs
if:subcount(view.items) > #0 ?><ul class="stack plain"><?cs each:i = view.items ?><li class="card stack"><div class="row"><div class="grow"><?cs call:stars(i.rating) ?> <b><?cs if:i.author ?><?cs var:i.author ?><?cs else ?>{{review.someone}}<?cs /if ?></b><p class="meta"><span><?cs call:when(i.createdAt) ?></span><?cs if:i.bought ?><span>{{review.bought}}</span><?cs /if ?><?cs if:i.edited ?><span>{{review.edited}}</span><?cs /if ?></p></div></div><?cs
if:i.comment ?><p class="wraps"><?cs var:i.comment ?></p><?cs /if ?><?cs
if:i.reply ?><blockquote><p class="eyebrow">{{review.reply_of}}</p><p class="wraps"><?cs var:i.reply ?></p></blockquote><?cs /if ?>
<div class="row"><?cs if:view.mayVote && !i.own ?><form method="post" action="/courses/<?cs var:view.slug ?>/reviews/<?cs var:i.id ?>/vote"><?cs call:csrf() ?><input type="hidden" name="on" value="<?cs if:i.voted ?>0<?cs else ?>1<?cs /if ?>"><button class="button small"<?cs if:i.voted ?> aria-pressed="true"<?cs else ?> aria-pressed="false"<?cs /if ?>>{{icon.check}}{{review.helpful n=i.helpful}}</button></form>
<details><summary class="small muted">{{review.report}}</summary><form class="row mt" method="post" action="/courses/<?cs var:view.slug ?>/reviews/<?cs var:i.id ?>/report"><?cs call:csrf() ?><label class="sr" for="r-<?cs var:i.id ?>">{{review.report}}</label><select class="input small auto" id="r-<?cs var:i.id ?>" name="reason"><option value="SPAM">{{review.reason.SPAM}}</option><option value="ABUSE">{{review.reason.ABUSE}}</option><option value="OFF_TOPIC">{{review.reason.OFF_TOPIC}}</option><option value="PRIVATE">{{review.reason.PRIVATE}}</option><option value="OTHER">{{review.reason.OTHER}}</option></select><button class="button small">{{review.report.do}}</button></form></details><?cs
else ?><span class="muted small">{{review.helpful n=i.helpful}}</span><?cs /if ?></div><?cs
if:view.mayReply ?><form class="form" method="post" action="/courses/<?cs var:view.slug ?>/reviews/<?cs var:i.id ?>/reply"><?cs call:csrf() ?><div class="field"><label for="a-<?cs var:i.id ?>">{{review.reply}}</label><textarea class="input" id="a-<?cs var:i.id ?>" name="reply" rows="2" maxlength="1000"><?cs var:i.reply ?></textarea></div><div class="actions"><button class="button small">{{review.reply.do}}</button></div></form><?cs /if ?></li><?cs /each ?></ul>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><p class="muted">{{review.none}}</p><?cs /if ?></div>
<aside class="aside stack" aria-label="{{review.summary}}"><?cs
if:#view.count > #0 ?><div class="card stack"><p class="row"><span class="num"><b><?cs var:view.rating ?></b></span> {{icon.star}} <span class="muted">{{course.ratings n=view.count}}</span></p><ul class="plain"><?cs each:s = view.stars ?><li class="row small"><span class="num"><?cs var:s.stars ?></span><span class="progress grow"><progress max="100" value="<?cs var:#s.percent ?>" aria-label="{{review.stars n=s.stars}}"></progress></span><span class="num muted"><?cs var:s.count ?></span></li><?cs /each ?></ul></div><?cs /if ?><?cs
if:view.mayReview ?><div class="card stack"><form class="form" method="post" action="/courses/<?cs var:view.slug ?>/reviews"><?cs call:csrf() ?><h2><?cs if:view.own.rating ?>{{review.edit}}<?cs else ?>{{review.write}}<?cs /if ?></h2><?cs if:view.own.hidden ?><p class="muted small">{{review.hidden}}</p><?cs /if ?>
<div class="field"><label for="f-rating">{{review.rating}}</label><select class="input" id="f-rating" name="rating" required><option value="">{{review.rating.choose}}</option><?cs each:s = view.stars ?><option value="<?cs var:s.stars ?>"<?cs if:view.own.rating == s.stars ?> selected<?cs /if ?>>{{review.stars n=s.stars}}</option><?cs /each ?></select><?cs call:field_error("rating") ?></div>
<?cs call:area("comment", "{{review.comment}}", "{{review.comment.hint}}", view.own.comment, #4, #1000) ?>
<div class="actions"><button class="button primary">{{form.save}}</button></div></form><?cs if:view.own.rating ?><form method="post" action="/courses/<?cs var:view.slug ?>/reviews/delete"><?cs call:csrf() ?><button class="linkish small muted">{{review.delete}}</button></form><?cs /if ?></div><?cs
else ?><p class="muted small">{{review.who}}</p><?cs /if ?></aside></div>
</div></div>
<?cs include!"layout/foot.cs" ?>
