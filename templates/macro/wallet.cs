{{!-- Parts of the wallet's pages. amount(m, in): a money leaf, marked when it comes in.
status(s): PENDING APPROVED REJECTED. account_class(s) in words. wallet_tabs() are the currencies. --}}<?cs
def:amount(m, in) ?><span class="num nowrap"><?cs if:in ?><b>+<?cs var:m ?></b><?cs else ?><?cs var:m ?><?cs /if ?></span><?cs /def ?><?cs

def:account_class(s) ?><?cs if:s == "ASSET" ?>{{ledger.class.ASSET}}<?cs elif:s == "LIABILITY" ?>{{ledger.class.LIABILITY}}<?cs elif:s == "EQUITY" ?>{{ledger.class.EQUITY}}<?cs elif:s == "INCOME" ?>{{ledger.class.INCOME}}<?cs else ?>{{ledger.class.EXPENSE}}<?cs /if ?><?cs /def ?><?cs

def:wallet_tabs() ?><nav class="tabs" aria-label="{{wallet.tabs}}"><?cs
call:place("/wallet", "wallet", "{{nav.overview}}", #0) ?><?cs
call:place("/wallet/ZAR", "wallet", "ZAR", #0) ?><?cs call:place("/wallet/USD", "wallet", "USD", #0) ?><?cs
call:place("/wallet/AZR", "wallet", "AZR", #0) ?><?cs call:place("/wallet/BTC", "wallet", "BTC", #0) ?><?cs
call:place("/wallet/ETH", "wallet", "ETH", #0) ?><?cs call:place("/wallet/transfer", "wallet", "{{wallet.transfer}}", #0) ?></nav><?cs /def ?><?cs

def:ledger_tabs() ?><nav class="tabs" aria-label="{{ledger.title}}"><?cs
call:place("/admin/ledger", "layers", "{{ledger.accounts}}", #0) ?><?cs
call:place("/admin/ledger/fees", "layers", "{{ledger.fees}}", #0) ?><?cs
call:place("/admin/ledger/adjustments", "layers", "{{ledger.adjustments}}", #0) ?></nav><?cs /def ?><?cs

def:decision(s) ?><?cs if:s == "APPROVED" ?><span class="badge good">{{ledger.status.APPROVED}}</span><?cs elif:s == "REJECTED" ?><span class="badge bad">{{ledger.status.REJECTED}}</span><?cs else ?><span class="badge warn">{{ledger.status.PENDING}}</span><?cs /if ?><?cs /def ?>
