{{!-- Parts of courses.
cover(c)   c.tone 0-7 (of the category), c.pattern 0-7 (of the slug): never changes for a course
card(c)    c.slug .title .summary .category .level .minutes .hours (rounded; 0 under one) .lessons .instructor.name .price
           (money; .free) .enrolled .percent .rating (text, absent below 3 ratings) .ratings, .tone .pattern
lesson_icon(l)  l.type VIDEO, INTERACTIVE, CODING, QUIZ, else text; l.done
--}}<?cs
def:cover(c) ?><svg class="cover tone-<?cs var:c.tone ?>" viewBox="0 0 320 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true"><use href="{{asset.icons}}#cover-<?cs var:c.pattern ?>"/></svg><?cs /def ?><?cs

def:level(l) ?><?cs if:l == "ADVANCED" ?>{{level.ADVANCED}}<?cs elif:l == "INTERMEDIATE" ?>{{level.INTERMEDIATE}}<?cs else ?>{{level.BEGINNER}}<?cs /if ?><?cs /def ?><?cs

def:lesson_icon(l) ?><?cs if:l.done ?>{{icon.done}}<?cs elif:l.type == "VIDEO" ?>{{icon.play}}<?cs elif:l.type == "CODING" ?>{{icon.code}}<?cs elif:l.type == "INTERACTIVE" ?>{{icon.interactive}}<?cs elif:l.type == "QUIZ" ?>{{icon.quiz}}<?cs else ?>{{icon.text}}<?cs /if ?><?cs /def ?><?cs

def:lesson_type(t) ?><?cs if:t == "VIDEO" ?>{{lesson.type.VIDEO}}<?cs elif:t == "CODING" ?>{{lesson.type.CODING}}<?cs elif:t == "INTERACTIVE" ?>{{lesson.type.INTERACTIVE}}<?cs elif:t == "QUIZ" ?>{{lesson.type.QUIZ}}<?cs else ?>{{lesson.type.TEXT}}<?cs /if ?><?cs /def ?><?cs

# A list has dozens of these and each variable costs a thousand instructions: no macros in here. ?><?cs
def:card(c) ?><li class="card course"><svg class="cover tone-<?cs var:c.tone ?>" viewBox="0 0 320 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true"><use href="{{asset.icons}}#cover-<?cs var:c.pattern ?>"/></svg><div class="body"><p class="eyebrow"><?cs var:c.category ?> · <?cs if:c.level == "BEGINNER" ?>{{level.BEGINNER}}<?cs elif:c.level == "INTERMEDIATE" ?>{{level.INTERMEDIATE}}<?cs else ?>{{level.ADVANCED}}<?cs /if ?></p>
<h2><a href="/courses/<?cs var:c.slug ?>"><?cs var:c.title ?></a></h2>
<p class="summary"><?cs var:c.summary ?></p>
<p class="meta"><span><?cs if:c.hours ?>{{time.h h=c.hours}}<?cs else ?>{{time.m m=c.minutes}}<?cs /if ?></span><span>{{course.lessons n=c.lessons}}</span><?cs if:c.rating ?><span>{{course.stars rating=c.rating n=c.ratings}}</span><?cs /if ?></p>
<p class="foot"><span class="muted"><?cs var:c.instructor.name ?></span><?cs if:c.enrolled ?><span class="push"><?cs call:ring(c.percent, "{{course.progress}}") ?></span><?cs elif:c.free ?><span class="price">{{course.free}}</span><?cs else ?><span class="price num"><?cs var:c.price ?></span><?cs /if ?></p></div></li>
<?cs /def ?><?cs

# Who made it, as the licence asks; long lists of names are folded. ?><?cs
def:attribution(text, url) ?><?cs if:string.length(text) > #240 ?><details><summary><?cs if:url ?><a href="<?cs var:url_validate(url) ?>">{{course.source}}</a>, <?cs /if ?>{{course.authors}}</summary><p class="wraps"><?cs var:text ?></p></details><?cs elif:url ?><p><a href="<?cs var:url_validate(url) ?>"><?cs var:text ?></a></p><?cs else ?><p><?cs var:text ?></p><?cs /if ?><?cs /def ?>
