"""Data managers that vote no, or fail later."""


class Refused(Exception):
    """A data manager does not agree."""


class Resource:
    """A data manager that fails in the methods named, with the sort key given."""

    transaction_manager = None

    def __init__(self, key, *fails, error=Refused):
        self.key = key
        self.fails = fails
        self.error = error

    def sortKey(self):
        return self.key

    def _called(self, name):
        if name in self.fails:
            raise self.error(name)

    def tpc_begin(self, transaction):
        self._called("tpc_begin")

    def commit(self, transaction):
        self._called("commit")

    def tpc_vote(self, transaction):
        self._called("tpc_vote")

    def tpc_finish(self, transaction):
        self._called("tpc_finish")

    def tpc_abort(self, transaction):
        pass

    def abort(self, transaction):
        pass
