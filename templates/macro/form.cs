{{!-- Fields of forms. When a form comes back with errors (page.error_count) the sent
value is shown, else the given one. `max` #0 = no limit shown; options: list of .value .label.
Text given as an argument is plain text: typographic quotes, no markup.
csrf()  error_summary()
field(type, name, label, hint, value, autocomplete, required, max)
secret(name, label, hint, autocomplete)     never filled again
area(name, label, hint, value, rows, max)
choose(name, label, hint, options, value)   select
check(name, label, hint, on)                checkbox     switch(name, label, hint, on)
radio(name, value, label, hint, current)    one card of a group
--}}<?cs
def:csrf() ?><input type="hidden" name="csrf" value="<?cs var:page.csrf ?>"><?cs /def ?><?cs

def:error_summary() ?><?cs if:#page.error_count > #0 ?><div class="alert bad" role="alert" tabindex="-1" autofocus data-errors>{{icon.alert}}<div><h2>{{form.errors n=page.error_count}}</h2><ul><?cs each:e = page.error_list ?><li><a href="#f-<?cs var:e.field ?>"><?cs var:e.text ?></a></li><?cs /each ?></ul></div></div><?cs /if ?><?cs /def ?><?cs

def:described(name, hint) ?><?cs if:page.errors[name].text ?> aria-invalid="true" aria-describedby="e-<?cs var:name ?><?cs if:hint ?> h-<?cs var:name ?><?cs /if ?>"<?cs elif:hint ?> aria-describedby="h-<?cs var:name ?>"<?cs /if ?><?cs /def ?><?cs

def:label(name, label, hint, optional) ?><label for="f-<?cs var:name ?>"><?cs var:label ?><?cs if:#optional ?> <span class="optional">{{form.optional}}</span><?cs /if ?></label><?cs if:hint ?><span class="hint" id="h-<?cs var:name ?>"><?cs var:hint ?></span><?cs /if ?><?cs /def ?><?cs

def:field_error(name) ?><?cs if:page.errors[name].text ?><span class="error" id="e-<?cs var:name ?>">{{icon.alert}}<?cs var:page.errors[name].text ?></span><?cs /if ?><?cs /def ?><?cs

def:kept(name, value) ?><?cs if:#page.error_count > #0 && ?page.values[name] ?><?cs var:page.values[name] ?><?cs else ?><?cs var:value ?><?cs /if ?><?cs /def ?><?cs

def:field(type, name, label, hint, value, auto, required, max) ?><div class="field"><?cs call:label(name, label, hint, !#required) ?><input class="input" type="<?cs var:type ?>" id="f-<?cs var:name ?>" name="<?cs var:name ?>" value="<?cs call:kept(name, value) ?>"<?cs if:auto ?> autocomplete="<?cs var:auto ?>"<?cs /if ?><?cs if:#required ?> required<?cs /if ?><?cs if:#max ?> maxlength="<?cs var:#max ?>"<?cs /if ?><?cs call:described(name, hint) ?>><?cs call:field_error(name) ?></div><?cs /def ?><?cs

def:secret(name, label, hint, auto) ?><div class="field"><?cs call:label(name, label, hint, #0) ?><div class="secret"><input class="input" type="password" id="f-<?cs var:name ?>" name="<?cs var:name ?>" autocomplete="<?cs var:auto ?>" required maxlength="256"<?cs call:described(name, hint) ?>><button type="button" class="button js" data-reveal="f-<?cs var:name ?>" aria-pressed="false">{{form.show}}</button></div><?cs call:field_error(name) ?></div><?cs /def ?><?cs

def:area(name, label, hint, value, rows, max) ?><div class="field"><?cs call:label(name, label, hint, #0) ?><textarea class="input" id="f-<?cs var:name ?>" name="<?cs var:name ?>" rows="<?cs var:#rows ?>"<?cs if:#max ?> maxlength="<?cs var:#max ?>" data-count<?cs /if ?><?cs call:described(name, hint) ?>>
<?cs call:kept(name, value) ?></textarea><?cs if:#max ?><span class="counter" aria-live="off"></span><?cs /if ?><?cs call:field_error(name) ?></div><?cs /def ?><?cs

def:choose(name, label, hint, options, value) ?><div class="field"><?cs call:label(name, label, hint, #0) ?><select class="input" id="f-<?cs var:name ?>" name="<?cs var:name ?>"<?cs call:described(name, hint) ?>><?cs each:o = options ?><option value="<?cs var:o.value ?>"<?cs if:#page.error_count > #0 && ?page.values[name] ?><?cs if:page.values[name] == o.value ?> selected<?cs /if ?><?cs elif:value == o.value ?> selected<?cs /if ?>><?cs var:o.label ?></option><?cs /each ?></select><?cs call:field_error(name) ?></div><?cs /def ?><?cs

def:check(name, label, hint, on) ?><label class="check"><input type="checkbox" id="f-<?cs var:name ?>" name="<?cs var:name ?>" value="1"<?cs if:#page.error_count > #0 ?><?cs if:page.values[name] ?> checked<?cs /if ?><?cs elif:on ?> checked<?cs /if ?>><span><?cs var:label ?><?cs if:hint ?><small><?cs var:hint ?></small><?cs /if ?></span></label><?cs call:field_error(name) ?><?cs /def ?><?cs

def:switch(name, label, hint, on) ?><label class="check switch"><input type="checkbox" role="switch" id="f-<?cs var:name ?>" name="<?cs var:name ?>" value="1"<?cs if:on ?> checked<?cs /if ?>><span><?cs var:label ?><?cs if:hint ?><small><?cs var:hint ?></small><?cs /if ?></span></label><?cs /def ?><?cs

def:radio(name, value, label, hint, current) ?><label class="option"><input type="radio" name="<?cs var:name ?>" value="<?cs var:value ?>"<?cs if:#page.error_count > #0 && ?page.values[name] ?><?cs if:page.values[name] == value ?> checked<?cs /if ?><?cs elif:current == value ?> checked<?cs /if ?>><span><?cs var:label ?><?cs if:hint ?><small><?cs var:hint ?></small><?cs /if ?></span></label><?cs /def ?>
