The pages are in German, Finnish, Spanish and French, too; ``make translations`` and ``make lint`` keep them complete.
