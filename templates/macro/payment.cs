{{!-- payment_status(s): a payment's or refund's status as a badge. provider_name(s): STRIPE as
people write it. event_status(s), call_state(s), call_kind(s): of webhook events and calls, in
words. payment_tabs(): the pages of administration about payments. --}}<?cs
def:payment_status(s) ?><?cs if:s == "COMPLETED" ?><span class="badge good">{{payment.status.COMPLETED}}</span><?cs elif:s == "SUCCEEDED" ?><span class="badge good">{{payment.status.SUCCEEDED}}</span><?cs elif:s == "PENDING" ?><span class="badge warn">{{payment.status.PENDING}}</span><?cs elif:s == "REFUNDED" ?><span class="badge">{{payment.status.REFUNDED}}</span><?cs elif:s == "CANCELLED" ?><span class="badge">{{payment.status.CANCELLED}}</span><?cs else ?><span class="badge bad">{{payment.status.FAILED}}</span><?cs /if ?><?cs /def ?><?cs

def:provider_name(s) ?><?cs if:s == "SANDBOX" ?>{{apay.provider.SANDBOX}}<?cs elif:s == "STRIPE" ?>{{apay.provider.STRIPE}}<?cs else ?>{{apay.provider.PAYSTACK}}<?cs /if ?><?cs /def ?><?cs

def:event_status(s) ?><?cs if:s == "PROCESSED" ?>{{apay.event.PROCESSED}}<?cs elif:s == "RECEIVED" ?>{{apay.event.RECEIVED}}<?cs elif:s == "IGNORED" ?>{{apay.event.IGNORED}}<?cs elif:s == "FAILED" ?>{{apay.event.FAILED}}<?cs else ?>{{apay.event.DEAD}}<?cs /if ?><?cs /def ?><?cs

def:call_state(s) ?><?cs if:s == "DONE" ?>{{apay.call.DONE}}<?cs elif:s == "DEAD" ?>{{apay.call.DEAD}}<?cs else ?>{{apay.call.OPEN}}<?cs /if ?><?cs /def ?><?cs

def:call_kind(s) ?><?cs if:s == "CHECKOUT" ?>{{apay.kind.CHECKOUT}}<?cs elif:s == "REFUND" ?>{{apay.kind.REFUND}}<?cs elif:s == "SYNC" ?>{{apay.kind.SYNC}}<?cs elif:s == "SETUP" ?>{{apay.kind.SETUP}}<?cs elif:s == "SETUP_SYNC" ?>{{apay.kind.SETUP_SYNC}}<?cs else ?>{{apay.kind.DETACH}}<?cs /if ?><?cs /def ?><?cs

def:payment_tabs() ?><nav class="tabs" aria-label="{{apay.tabs}}"><?cs
call:place("/admin/payments", "card", "{{nav.payments}}", #0) ?><?cs
call:place("/admin/refunds", "refresh", "{{apay.refunds}}", #0) ?><?cs
call:place("/admin/refund-requests", "users", "{{apay.requests}}", #0) ?><?cs
call:place("/admin/disputes", "alert", "{{apay.disputes}}", #0) ?><?cs
call:place("/admin/payment-events", "mail", "{{apay.events}}", #0) ?><?cs
call:place("/admin/payment-calls", "server", "{{apay.calls}}", #0) ?><?cs
call:place("/admin/reconciliation", "check", "{{apay.reconciliation}}", #0) ?></nav><?cs /def ?>
