Subject: {{mail.transfer_sent.subject}}

{{mail.hello name=view.name}}

{{mail.transfer_sent.text amount=view.amount other=view.other}}

{{mail.transfer.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

{{mail.transfer_sent.why}}

-- 
{{site.name}} · {{mail.foot}}
