Subject: {{mail.transfer_received.subject}}

{{mail.hello name=view.name}}

{{mail.transfer_received.text amount=view.amount other=view.other}}

{{mail.transfer.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

{{mail.transfer_received.why}}

-- 
{{site.name}} · {{mail.foot}}
