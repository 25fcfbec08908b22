# See README.rst; "make help" lists the targets.

TARGETS = install start test lint format buildout browser-test screenshots architecture translations advisories benchmark clean help

.PHONY: $(TARGETS)
.DEFAULT_GOAL = help

$(TARGETS):
	@exec sh scripts/dev.sh $@ $(ARGS)
