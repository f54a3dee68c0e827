{{!-- receipt_form(form): the name of a kind of document. party(p): .name .address.N .vatNumber --}}<?cs
def:receipt_form(f) ?><?cs if:f == "FULL" || f == "ABRIDGED" ?>{{receipt.form.invoice}}<?cs elif:f == "CREDIT_NOTE" ?>{{receipt.form.credit}}<?cs elif:f == "SELF_BILLED" ?>{{receipt.form.self}}<?cs else ?>{{receipt.form.receipt}}<?cs /if ?><?cs /def ?><?cs

def:party(p) ?><p><?cs if:p.name ?><b><?cs var:p.name ?></b><?cs /if ?><?cs each:l = p.address ?><br><?cs var:l ?><?cs /each ?><?cs if:p.vatNumber ?><br>{{receipt.vat_number number=p.vatNumber}}<?cs /if ?></p><?cs /def ?>
