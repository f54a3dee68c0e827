{{!-- import_state(s): QUEUED RUNNING DONE FAILED --}}<?cs
def:import_state(s) ?><?cs if:s == "DONE" ?><span class="badge good">{{import.DONE}}</span><?cs elif:s == "FAILED" ?><span class="badge bad">{{import.FAILED}}</span><?cs elif:s == "RUNNING" ?><span class="badge accent">{{import.RUNNING}}</span><?cs else ?><span class="badge">{{import.QUEUED}}</span><?cs /if ?><?cs /def ?>
