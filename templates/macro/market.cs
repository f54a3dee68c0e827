{{!-- sale_status(s) payout_status(s): a badge. refund_status(s). stars(n): n of 5 as text and picture.
sell_tabs(): the educator's pages of selling. --}}<?cs
def:sale_status(s) ?><?cs if:s == "PAID" ?><span class="badge good">{{sale.status.PAID}}</span><?cs elif:s == "REFUNDED" ?><span class="badge">{{sale.status.REFUNDED}}</span><?cs elif:s == "CANCELLED" ?><span class="badge">{{sale.status.CANCELLED}}</span><?cs else ?><span class="badge warn">{{sale.status.PENDING}}</span><?cs /if ?><?cs /def ?><?cs

def:payout_status(s) ?><?cs if:s == "PAID" ?><span class="badge good">{{payout.status.PAID}}</span><?cs elif:s == "REQUESTED" ?><span class="badge warn">{{payout.status.REQUESTED}}</span><?cs elif:s == "SECOND" ?><span class="badge warn">{{payout.status.SECOND}}</span><?cs elif:s == "APPROVED" ?><span class="badge accent">{{payout.status.APPROVED}}</span><?cs elif:s == "IN_TRANSIT" ?><span class="badge accent">{{payout.status.IN_TRANSIT}}</span><?cs elif:s == "FAILED" ?><span class="badge bad">{{payout.status.FAILED}}</span><?cs elif:s == "REJECTED" ?><span class="badge bad">{{payout.status.REJECTED}}</span><?cs else ?><span class="badge">{{payout.status.CANCELLED}}</span><?cs /if ?><?cs /def ?><?cs

def:refund_status(s) ?><?cs if:s == "SUCCEEDED" ?><span class="badge good">{{refund.status.SUCCEEDED}}</span><?cs elif:s == "FAILED" ?><span class="badge bad">{{refund.status.FAILED}}</span><?cs else ?><span class="badge warn">{{refund.status.PENDING}}</span><?cs /if ?><?cs /def ?><?cs

def:stars(n) ?><span class="row">{{icon.star}}<b class="num"><?cs var:n ?></b><span class="sr"> {{review.of_five}}</span></span><?cs /def ?><?cs

def:sell_tabs() ?><nav class="tabs" aria-label="{{sales.tabs}}"><?cs call:place("/teach/sales", "chart", "{{sales.title}}", #0) ?><?cs call:place("/teach/payouts", "upload", "{{payout.title}}", #0) ?><?cs call:place("/teach/coupons", "bolt", "{{coupon.title}}", #0) ?><?cs call:place("/teach/statement", "text", "{{statement.title}}", #0) ?></nav><?cs /def ?>
