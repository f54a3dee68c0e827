{{!-- Parts of courses.
cover(c)   c.tone 0-7 (of the category), c.pattern 0-7 (of the slug): never changes for a course
card(c)    c.slug .title .summary .category .level .minutes .lessons .instructor.name .price
           (money; .free) .enrolled .percent .rating.text .ratings (rating shown from 3 on), .tone .pattern
lesson_icon(l)  l.type VIDEO, INTERACTIVE, CODING, QUIZ, else text; l.done
--}}<?cs
def:cover(c) ?><svg class="cover tone-<?cs var:#c.tone ?>" viewBox="0 0 320 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true"><use href="<?cs var:page.asset.icons ?>#cover-<?cs var:#c.pattern ?>"/></svg><?cs /def ?><?cs

def:level(l) ?><?cs if:l == "ADVANCED" ?>{{level.ADVANCED}}<?cs elif:l == "INTERMEDIATE" ?>{{level.INTERMEDIATE}}<?cs else ?>{{level.BEGINNER}}<?cs /if ?><?cs /def ?><?cs

def:lesson_icon(l) ?><?cs if:l.done ?><?cs call:icon("done") ?><?cs elif:l.type == "VIDEO" ?><?cs call:icon("play") ?><?cs elif:l.type == "CODING" ?><?cs call:icon("code") ?><?cs elif:l.type == "INTERACTIVE" ?><?cs call:icon("interactive") ?><?cs elif:l.type == "QUIZ" ?><?cs call:icon("quiz") ?><?cs else ?><?cs call:icon("text") ?><?cs /if ?><?cs /def ?><?cs

def:lesson_type(t) ?><?cs if:t == "VIDEO" ?>{{lesson.type.VIDEO}}<?cs elif:t == "CODING" ?>{{lesson.type.CODING}}<?cs elif:t == "INTERACTIVE" ?>{{lesson.type.INTERACTIVE}}<?cs elif:t == "QUIZ" ?>{{lesson.type.QUIZ}}<?cs else ?>{{lesson.type.TEXT}}<?cs /if ?><?cs /def ?><?cs

def:card(c) ?><li class="card course"><?cs call:cover(c) ?><div class="body"><p class="eyebrow"><?cs var:c.category ?> · <?cs call:level(c.level) ?></p>
<h2><a href="/courses/<?cs var:c.slug ?>"><?cs var:c.title ?></a></h2>
<p class="summary"><?cs var:c.summary ?></p>
<p class="meta"><span><?cs call:icon("clock") ?><?cs call:duration(c.minutes) ?></span><span><?cs call:icon("list") ?>{{course.lessons n=c.lessons}}</span><?cs if:#c.ratings > #2 ?><span><?cs call:icon("star") ?><span class="sr">{{course.rating}}</span><?cs var:c.rating ?> (<?cs var:c.ratings ?>)</span><?cs /if ?></p>
<p class="foot"><span class="muted"><?cs var:c.instructor.name ?></span><?cs if:c.enrolled ?><span class="push"><?cs call:ring(c.percent, "{{course.progress}}") ?></span><?cs elif:c.free ?><span class="price">{{course.free}}</span><?cs else ?><span class="price num"><?cs var:c.price ?></span><?cs /if ?></p></div></li>
<?cs /def ?>
